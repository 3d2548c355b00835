//! A part of a job's file, as it comes: inflated, hashed and kept in pieces, in constant
//! memory. The part is there when all of it is, and not before.

use futures_util::{Stream, StreamExt};
use kith_format::{Encoding, Inflater};
use kith_model::fault::{Code, Fault};
use kith_model::id::JobId;
use kith_model::job::{Job, JobKind, JobState};
use kith_model::limits;
use kith_store::{FileDirection, JobPart, Piece};
use serde_json::{Value as Json, json};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::content::hex;
use super::read;
use super::start::{DATA, has_ended};
use crate::answer::Answer;
use crate::clock;
use crate::error::{Error, Result};
use crate::session::Session;

/// A piece is kept in one go, and read in one go.
const PIECE_BYTES: usize = 4 * 1024 * 1024;

/// What is to be sent where, and how.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Upload {
    /// The job, as the path names it.
    pub job: String,
    /// The file, as the path names it.
    pub file: String,
    /// Which part of it, as the path says.
    pub part: String,
    /// The media type of what is sent, when it is said.
    pub content_type: Option<String>,
    /// How it is compressed: what `Content-Encoding` says.
    pub encoding: Option<String>,
    /// SHA-256 of what is sent, as it is sent, when it is said.
    pub sha256: Option<[u8; 32]>,
}

/// Takes in a part. One that was sent before gives way.
///
/// # Errors
/// Every fault of the request; `job_moved` when the job takes no more files; `invalid_file`
/// when the content is damaged, cut short, or not what its digest says. Nothing of it stays
/// then.
pub async fn upload<S, B, E>(session: &Session, upload: Upload, body: S) -> Result<Answer<Json>>
where
    S: Stream<Item = Result<B, E>> + Send + Unpin,
    B: AsRef<[u8]> + Send,
    E: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    let id = read::parse(&upload.job)?;
    let (state, job) = read::find(session, id).await?;
    let (file, part) = check(&job, &upload)?;
    let parts = session.tenant.store.job_files(session.tenant.id, id).await?.value;
    check_room(&parts, &file)?;
    let before = parts.iter().find(|there| there.name == file && there.part == part);
    let mut taking = Taking::new(session, id, &upload)?;
    let taken = taking.take(body, upload.sha256).await;
    let (bytes, sha256) = match taken {
        Ok(taken) => taken,
        Err(error) => {
            taking.give_up().await;
            return Err(error);
        }
    };
    let put = JobPart {
        job: id,
        direction: FileDirection::Input,
        name: file.clone(),
        part,
        is_complete: true,
        content: taking.content,
        bytes,
        sha256: Some(sha256),
        rows: None,
        content_type: upload.content_type,
        created_at: clock::now(),
    };
    if !session.tenant.store.put_part(session.tenant.id, put).await? {
        taking.give_up().await;
        return Err(moved(&read::find(session, id).await?.1).into());
    }
    if let Some(before) = before {
        session.tenant.store.drop_content(session.tenant.id, id, before.content).await?;
    }
    session.tenant.background.come_forward();
    let value = json!({ "file": file, "part": part, "bytes": bytes, "sha256": hex(&sha256) });
    Ok(Answer::new(&state, value))
}

/// The file and part that are meant, if the job takes them.
fn check(job: &Job, upload: &Upload) -> Result<(String, i64), Fault> {
    if job.kind == JobKind::Export {
        let message = "an export takes no files: it makes them";
        return Err(Fault::new(Code::JobMoved, message));
    }
    if job.state != JobState::Open {
        return Err(moved(job));
    }
    let file = upload.file.as_str();
    let shown: String = file.chars().take(100).collect();
    if job.kind == JobKind::Load && file != DATA {
        let message = format!("a load has no file `{shown}`");
        return Err(Fault::new(Code::NotFound, message).at("file").hint(format!("its file is `{DATA}`")));
    }
    let is_name = |character: char| character.is_ascii_alphanumeric() || "._-".contains(character);
    if file.is_empty() || file.len() > 100 || file.starts_with('.') || !file.chars().all(is_name) {
        let message = "a file's name has letters, digits, `.`, `_` and `-`, at most 100 in all";
        return Err(Fault::new(Code::InvalidParameter, message).at("file"));
    }
    let part = upload.part.parse().ok().filter(|part| (1..=i64::from(limits::PARTS_MAX)).contains(part));
    let part = part.ok_or_else(|| {
        let message = format!("a part is a number from 1 to {}", limits::PARTS_MAX);
        Fault::new(Code::InvalidParameter, message).at("part")
    })?;
    Ok((file.to_owned(), part))
}

fn check_room(parts: &[JobPart], file: &str) -> Result<(), Fault> {
    let mut names: Vec<&str> = parts.iter().map(|part| part.name.as_str()).collect();
    names.dedup();
    if !names.contains(&file) && names.len() >= limits::JOB_FILES_MAX {
        let message = format!("a job has at most {} files", limits::JOB_FILES_MAX);
        return Err(Fault::new(Code::LimitReached, message));
    }
    Ok(())
}

fn moved(job: &Job) -> Fault {
    if job.state.has_ended() {
        return has_ended(job);
    }
    Fault::new(Code::JobMoved, format!("the job `{}` was started: it takes no more files", job.id))
}

/// A part on its way in.
struct Taking<'s> {
    session: &'s Session,
    job: JobId,
    content: Uuid,
    inflater: Inflater,
    sent: Sha256,
    kept: Sha256,
    start: i64,
    piece: Vec<u8>,
}

impl<'s> Taking<'s> {
    fn new(session: &'s Session, job: JobId, upload: &Upload) -> Result<Self> {
        let encoding = Encoding::named(upload.encoding.as_deref().unwrap_or_default());
        let encoding = encoding.ok_or_else(|| {
            let fault = Fault::new(Code::UnsupportedMediaType, "this content encoding is not understood");
            fault.hint("send it as it is, or with `Content-Encoding: gzip` or `zstd`")
        })?;
        Ok(Self {
            session,
            job,
            content: Uuid::from_u128(clock::seed()?),
            inflater: Inflater::new(encoding)?,
            sent: Sha256::new(),
            kept: Sha256::new(),
            start: 0,
            piece: Vec::new(),
        })
    }

    /// Takes in all of it: its length and its hash, decoded.
    async fn take<S, B, E>(&mut self, mut body: S, digest: Option<[u8; 32]>) -> Result<(i64, [u8; 32])>
    where
        S: Stream<Item = Result<B, E>> + Send + Unpin,
        B: AsRef<[u8]> + Send,
        E: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        while let Some(bytes) = body.next().await {
            let bytes = bytes.map_err(|error| cut_short(error.into()))?;
            let mut rest = bytes.as_ref();
            self.sent.update(rest);
            loop {
                let step = self.inflater.step(rest, &mut self.piece)?;
                rest = &rest[step.taken..];
                while self.piece.len() >= PIECE_BYTES {
                    self.keep(PIECE_BYTES).await?;
                }
                if rest.is_empty() && !step.has_more {
                    break;
                }
            }
        }
        self.inflater.finish()?;
        while !self.piece.is_empty() {
            self.keep(PIECE_BYTES).await?;
        }
        let sent: [u8; 32] = std::mem::take(&mut self.sent).finalize().into();
        if digest.is_some_and(|digest| digest != sent) {
            let message = "the content is not what its digest says";
            return Err(Fault::new(Code::InvalidFile, message).hint("send the part again").into());
        }
        Ok((self.start, std::mem::take(&mut self.kept).finalize().into()))
    }

    /// Keeps the first bytes of what is in hand.
    async fn keep(&mut self, most: usize) -> Result<()> {
        let rest = self.piece.split_off(most.min(self.piece.len()));
        let bytes = std::mem::replace(&mut self.piece, rest);
        self.kept.update(&bytes);
        let length = i64::try_from(bytes.len()).map_err(Error::internal)?;
        let piece = Piece { start: self.start, bytes };
        let (store, tenant) = (&self.session.tenant.store, self.session.tenant.id);
        store.put_piece(tenant, self.job, self.content, piece).await?;
        self.start += length;
        Ok(())
    }

    /// Removes what was kept of it; what cannot be removed now is when the job starts.
    async fn give_up(&self) {
        let (store, tenant) = (&self.session.tenant.store, self.session.tenant.id);
        if let Err(error) = store.drop_content(tenant, self.job, self.content).await {
            tracing::warn!(tenant = %tenant, job = %self.job, error = ?error, "a part was not removed");
        }
    }
}

fn cut_short(source: Box<dyn std::error::Error + Send + Sync>) -> Error {
    tracing::debug!(error = %source, "a part broke off");
    Fault::new(Code::InvalidFile, "the content breaks off").hint("send the part again").into()
}
