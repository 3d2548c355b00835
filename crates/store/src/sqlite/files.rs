//! The content of jobs' files, in a folder beside the tenant's file: a file for each piece,
//! which is there for good before the tenant's file says that it is.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use kith_model::id::{JobId, TenantId};
use kith_model::value::Cell;
use rusqlite::{Row, params};
use uuid::Uuid;

use super::engine::{Sqlite, blocking};
use super::error::from_io;
use super::folder::make_private_dir;
use super::{decode, snapshot, sql};
use crate::error::Result;
use crate::job::{FileDirection, JobPart, Piece, compress, decompress, unknown};
use crate::query::Seen;
use crate::text;

impl Sqlite {
    /// See [`crate::Store::forget_job`].
    ///
    /// # Errors
    /// See there.
    pub async fn forget_job(&self, tenant: TenantId, id: JobId) -> Result<bool> {
        // The files go first: what is left of them after a crash is found by the job.
        if !self.job(tenant, id).await?.value.is_some_and(|job| job.state.has_ended()) {
            return Ok(false);
        }
        let folder = self.job_folder(tenant, id);
        blocking(move || remove_folder(&folder).map_err(from_io)).await?;
        self.write(tenant, move |connection, _| {
            if !connection.prepare(sql!(text::job::FORGET))?.exists([id.0.as_bytes()])? {
                return Ok(false);
            }
            for sql in [
                sql!(text::job::FORGET_FILES),
                sql!(text::job::FORGET_PIECES),
                sql!(text::job::FORGET_RESULTS),
            ] {
                connection.prepare(sql)?.execute([id.0.as_bytes()])?;
            }
            Ok(true)
        })
        .await
    }

    /// See [`crate::Store::job_files`].
    ///
    /// # Errors
    /// See there.
    pub async fn job_files(&self, tenant: TenantId, id: JobId) -> Result<Seen<Vec<JobPart>>> {
        let cells = [Cell::Uuid(id.0)];
        self.read(tenant, move |snapshot| snapshot.all(sql!(text::job::FILES), &cells, |row| part(row, id)))
            .await
    }

    /// See [`crate::Store::put_piece`].
    ///
    /// # Errors
    /// See there.
    pub async fn put_piece(&self, tenant: TenantId, job: JobId, content: Uuid, piece: Piece) -> Result<()> {
        let folder = self.job_folder(tenant, job);
        let Piece { start, bytes } = piece;
        let length = i64::try_from(bytes.len()).unwrap_or(i64::MAX);
        blocking(move || {
            let kept = compress(&bytes)?;
            put_file(&folder, &name(content, start), &kept).map_err(from_io)
        })
        .await?;
        self.write(tenant, move |connection, _| {
            let none: Option<&[u8]> = None;
            let cells = params![content.as_bytes(), start, length, job.0.as_bytes(), none];
            connection.prepare(sql!(text::job::PUT_PIECE))?.execute(cells)?;
            Ok(())
        })
        .await
    }

    /// See [`crate::Store::put_part`].
    ///
    /// # Errors
    /// See there.
    pub async fn put_part(&self, tenant: TenantId, part: JobPart) -> Result<bool> {
        self.write(tenant, move |connection, _| {
            Ok(connection.prepare(sql!(text::job::PUT_PART))?.exists(params![
                part.job.0.as_bytes(),
                part.direction.as_str(),
                part.name,
                part.part,
                part.state(),
                part.content.as_bytes(),
                part.bytes,
                part.sha256,
                part.rows,
                part.content_type,
                part.created_at.0,
                part.direction.state_of_job()
            ])?)
        })
        .await
    }

    /// See [`crate::Store::drop_content`].
    ///
    /// # Errors
    /// See there.
    pub async fn drop_content(&self, tenant: TenantId, job: JobId, content: Uuid) -> Result<()> {
        self.write(tenant, move |connection, _| {
            connection.prepare(sql!(text::job::DROP_CONTENT))?.execute([content.as_bytes()])?;
            Ok(())
        })
        .await?;
        let folder = self.job_folder(tenant, job);
        blocking(move || remove_content(&folder, content).map_err(from_io)).await
    }

    /// See [`crate::Store::stray_contents`].
    ///
    /// # Errors
    /// See there.
    pub async fn stray_contents(&self, tenant: TenantId, job: JobId) -> Result<Vec<Uuid>> {
        let cells = [Cell::Uuid(job.0)];
        let stray = self.read(tenant, move |snapshot| {
            snapshot.all(sql!(text::job::STRAY), &cells, |row| decode::uuid(row, 0))
        });
        Ok(stray.await?.value)
    }

    /// See [`crate::Store::piece`].
    ///
    /// # Errors
    /// See there.
    pub async fn piece(
        &self,
        tenant: TenantId,
        job: JobId,
        content: Uuid,
        byte: i64,
    ) -> Result<Option<Piece>> {
        let cells = [Cell::Uuid(content), Cell::Integer(byte)];
        let folder = self.job_folder(tenant, job);
        let found = self
            .read(tenant, move |snapshot| {
                snapshot::first(snapshot.connection(), sql!(text::job::PIECE), &cells, |row| {
                    Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?))
                })
            })
            .await?;
        let Some((start, bytes)) = found.value else { return Ok(None) };
        blocking(move || {
            let kept = fs::read(folder.join(name(content, start))).map_err(from_io)?;
            Ok(Some(Piece { start, bytes: decompress(&kept, bytes)? }))
        })
        .await
    }

    fn job_folder(&self, tenant: TenantId, job: JobId) -> PathBuf {
        self.registry().folder().files(tenant).join(job.to_string())
    }
}

/// A piece's file: the content's id and the byte at which it begins.
fn name(content: Uuid, start: i64) -> String {
    format!("{}-{start:016x}", content.simple())
}

/// Writes a file whole: whoever finds it by its name finds all of it, after a crash too.
fn put_file(folder: &Path, name: &str, bytes: &[u8]) -> io::Result<()> {
    if !folder.try_exists()? {
        make_private_dir(folder)?;
        // The folder's own name, and that of the tenant's folder of files.
        for above in folder.ancestors().skip(1).take(2) {
            File::open(above)?.sync_all()?;
        }
    }
    let unfinished = folder.join(format!("{name}.new"));
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&unfinished)?;
    let written = file.write_all(bytes).and_then(|()| file.sync_all());
    if let Err(error) = written.and_then(|()| fs::rename(&unfinished, folder.join(name))) {
        // A full disk keeps nothing of it.
        let _ = fs::remove_file(&unfinished);
        return Err(error);
    }
    File::open(folder)?.sync_all()
}

fn remove_folder(folder: &Path) -> io::Result<()> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        done => done,
    }
}

fn remove_content(folder: &Path, content: Uuid) -> io::Result<()> {
    let prefix = content.simple().to_string();
    let entries = match fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        entries => entries?,
    };
    for entry in entries {
        let path = entry?.path();
        if path.file_name().and_then(|name| name.to_str()).is_some_and(|name| name.starts_with(&prefix)) {
            fs::remove_file(&path)?;
        }
    }
    Ok(())
}

/// The columns of [`crate::text::job::FILES`].
fn part(row: &Row<'_>, job: JobId) -> Result<JobPart> {
    Ok(JobPart {
        job,
        direction: FileDirection::parse(decode::text(row, 0)?)?,
        name: row.get(1)?,
        part: row.get(2)?,
        is_complete: decode::text(row, 3)? == "complete",
        content: decode::uuid(row, 4)?,
        bytes: row.get(5)?,
        sha256: match row.get_ref(6)?.as_blob_or_null().map_err(|_| unknown("hash"))? {
            Some(hash) => Some(hash.try_into().map_err(|_| unknown("hash"))?),
            None => None,
        },
        rows: row.get(7)?,
        content_type: row.get(8)?,
        created_at: decode::time(row, 9)?,
    })
}
