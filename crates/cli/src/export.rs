//! `kith export`: records as files in a folder, checked.

use std::fs::{self, File};
use std::io::{BufWriter, Write as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::{Args, ValueEnum};
use serde_json::{Value as Json, json};
use sha2::{Digest, Sha256};

use crate::context::Context;
use crate::exit::Failure;
use crate::job::{conclude, follow};

/// What lists all other files.
const MANIFEST: &str = "manifest.json";

/// Longest time for one file; the server is asked for the rest of one that broke off.
const FILE_TIME: Duration = Duration::from_secs(24 * 3600);

/// How often the rest of a file is asked for.
const TRIES: u32 = 5;

/// Write records to files in a folder, all as of one position, and check that they are whole.
///
/// Every file is compared with the length and hash that the server's manifest says; what
/// does not fit fails the command.
#[derive(Debug, Args)]
#[command(after_help = "Example:
  kith export --format parquet --out export
  kith export contact deal --format csv --out changes --since 4711")]
pub(crate) struct Export {
    /// Names of the objects [default: all].
    objects: Vec<String>,
    /// What the files are.
    #[arg(long, default_value = "jsonl")]
    format: Format,
    /// The folder; it is made, and must have nothing in it.
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// Only what has changed after this position; records that are gone are named.
    #[arg(long, value_name = "POSITION")]
    since: Option<String>,
    /// How CSV and JSON Lines are compressed.
    #[arg(long, default_value = "none")]
    compression: Compression,
    /// Leave the job and its files with the server.
    #[arg(long)]
    keep: bool,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Format {
    Csv,
    Jsonl,
    Parquet,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Compression {
    None,
    Gzip,
    Zstd,
}

impl Export {
    pub(crate) async fn run(self, ctx: &Context) -> Result<(), Failure> {
        prepare(&self.out)?;
        let made = ctx.client.post(&["jobs"], self.definition()).send().await?;
        let id = made["id"].as_str().unwrap_or_default();
        let job = follow(ctx, id).await?;
        if job["state"] != "done" {
            return conclude(ctx, &job).await;
        }
        let manifest = self.download(ctx, id).await?;
        check_counts(&manifest, &job)?;
        if !self.keep {
            ctx.client.delete(&["jobs", id]).send().await?;
        }
        let files = manifest["files"].as_array().map_or(0, Vec::len);
        let sentence = format!(
            "exported {} records as of position {} to {} files in {}",
            manifest["rows"],
            manifest["position"],
            files + 1,
            self.out.display()
        );
        ctx.output.done(&sentence, &manifest)
    }

    fn definition(&self) -> Json {
        let format = match self.format {
            Format::Csv => "csv",
            Format::Jsonl => "jsonl",
            Format::Parquet => "parquet",
        };
        let compression = match self.compression {
            Compression::None => "none",
            Compression::Gzip => "gzip",
            Compression::Zstd => "zstd",
        };
        let mut job =
            json!({ "kind": "export", "format": format, "compression": compression, "keep": self.keep });
        if !self.objects.is_empty() {
            job["objects"] = json!(self.objects);
        }
        if let Some(since) = &self.since {
            job["since"] = json!(since);
        }
        job
    }

    /// Downloads the manifest and all that it lists.
    async fn download(&self, ctx: &Context, id: &str) -> Result<Json, Failure> {
        let manifest = ctx.client.get(&["jobs", id, "files", MANIFEST]).send().await?;
        for file in manifest["files"].as_array().into_iter().flatten() {
            let name = file["file"].as_str().unwrap_or_default();
            // A name is of our own making; one that leads elsewhere is not followed.
            if name.is_empty() || Path::new(name).file_name() != Some(name.as_ref()) {
                return Err(Failure::Job(format!("the manifest lists a file `{name}`, which is no name")));
            }
            self.file(ctx, id, name, file).await?;
        }
        let mut text = format!("{manifest:#}");
        text.push('\n');
        // The last one: where it is, the others are whole.
        fs::write(self.out.join(MANIFEST), text).map_err(Failure::local)?;
        Ok(manifest)
    }

    /// Downloads one file, and compares it with what the manifest says of it.
    async fn file(&self, ctx: &Context, id: &str, name: &str, wanted: &Json) -> Result<(), Failure> {
        let path = self.out.join(name);
        let mut seen = Seen::of(&path)?;
        let bytes = wanted["bytes"].as_u64().unwrap_or_default();
        let mut tries = 0;
        while seen.bytes < bytes {
            let range = (seen.bytes > 0).then(|| format!("bytes={}-", seen.bytes));
            let call = ctx.client.get(&["jobs", id, "files", name]).header_if("range", range);
            match call.lasting(FILE_TIME).pipe(|piece| seen.take(piece)).await {
                Ok(()) if seen.bytes >= bytes => {}
                Ok(()) | Err(Failure::Unreachable(_)) if tries < TRIES => {
                    tries += 1;
                    tokio::time::sleep(Duration::from_millis(200) * tries).await;
                }
                Ok(()) => break,
                Err(failure) => return Err(failure),
            }
        }
        seen.out.flush().map_err(Failure::local)?;
        let lines = seen.lines;
        let has_lines = name.ends_with(".jsonl");
        let hash: String = seen.hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
        if seen.bytes != bytes || wanted["sha256"] != hash.as_str() {
            return Err(Failure::Job(format!(
                "`{name}` is not what the manifest says: {} bytes, sha256 {hash}",
                seen.bytes
            )));
        }
        if has_lines && wanted["rows"].as_u64() != Some(lines) {
            return Err(Failure::Job(format!(
                "`{name}` has {lines} rows, and the manifest says {}",
                wanted["rows"]
            )));
        }
        Ok(())
    }
}

/// What came of a file so far.
struct Seen {
    out: BufWriter<File>,
    hash: Sha256,
    bytes: u64,
    lines: u64,
}

impl Seen {
    fn of(path: &Path) -> Result<Self, Failure> {
        let out = BufWriter::new(File::create(path).map_err(Failure::local)?);
        Ok(Self { out, hash: Sha256::new(), bytes: 0, lines: 0 })
    }

    fn take(&mut self, piece: &[u8]) -> Result<(), Failure> {
        self.hash.update(piece);
        self.bytes += piece.len() as u64;
        self.lines += piece.iter().map(|byte| u64::from(*byte == b'\n')).sum::<u64>();
        self.out.write_all(piece).map_err(Failure::local)
    }
}

/// The rows of all files together are those of the export, and those that the job has counted.
fn check_counts(manifest: &Json, job: &Json) -> Result<(), Failure> {
    let count = |value: &Json| value["rows"].as_i64().unwrap_or_default();
    let sum = |list: &Json| list.as_array().into_iter().flatten().map(count).sum::<i64>();
    let all = [sum(&manifest["files"]), sum(&manifest["objects"]), count(manifest)];
    if all.iter().any(|rows| Some(*rows) != job["rows"]["done"].as_i64()) {
        return Err(Failure::Job(format!(
            "the rows of the files are {}, those of the objects {}, those of the export {}",
            all[0], all[1], all[2]
        )));
    }
    Ok(())
}

/// Makes the folder; what somebody has put there is left alone.
fn prepare(folder: &Path) -> Result<(), Failure> {
    fs::create_dir_all(folder).map_err(Failure::local)?;
    match fs::read_dir(folder).map_err(Failure::local)?.next() {
        None => Ok(()),
        Some(_) => Err(Failure::usage(format!("`{}` is not empty", folder.display()))),
    }
}
