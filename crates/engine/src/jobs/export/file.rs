//! One file of an export as it grows: its bytes are kept for good, piece after piece, and
//! hashed.

use std::sync::Arc;

use kith_format::write::FileFormat;
use kith_model::id::JobId;
use kith_model::time::Timestamp;
use kith_store::{FileDirection, JobPart, Piece};
use serde_json::{Value as Json, json};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::course::OpenFile;
use crate::clock;
use crate::error::{Error, Result};
use crate::jobs::content::hex;
use crate::tenant::Tenant;

/// Bytes of a piece that the store keeps.
const PIECE_BYTES_MAX: usize = 4 * 1024 * 1024;

/// A file that is being written.
pub(super) struct Growing {
    tenant: Arc<Tenant>,
    job: JobId,
    file: OpenFile,
    content_type: &'static str,
    hash: Sha256,
    begun_at: Timestamp,
}

/// What a file is on the wire.
pub(super) fn content_type(format: FileFormat, is_compressed: bool) -> &'static str {
    match format {
        _ if is_compressed => "application/octet-stream",
        FileFormat::Csv => "text/csv",
        FileFormat::JsonLines => "application/jsonl",
        FileFormat::Parquet => "application/vnd.apache.parquet",
    }
}

impl Growing {
    /// Begins a file.
    pub(super) fn begin(
        tenant: &Arc<Tenant>,
        job: JobId,
        name: String,
        content_type: &'static str,
    ) -> Result<Self> {
        let file = OpenFile { name, content: Uuid::from_u128(clock::seed()?), bytes: 0, rows: 0 };
        Ok(Self::of(tenant, job, file, content_type))
    }

    /// Goes on with a file: what is kept of it is read once more, for its hash.
    pub(super) async fn resume(
        tenant: &Arc<Tenant>,
        job: JobId,
        file: OpenFile,
        content_type: &'static str,
    ) -> Result<Self> {
        let mut growing = Self::of(tenant, job, file, content_type);
        let mut at = 0;
        while at < growing.file.bytes {
            let piece = tenant.store.piece(tenant.id, job, growing.file.content, at).await?;
            let Some(Piece { start, bytes }) = piece else { return Err(Error::corrupt("a piece of a file")) };
            let room = usize::try_from(growing.file.bytes - start).map_err(Error::internal)?;
            let fresh = bytes.get(..room.min(bytes.len())).filter(|bytes| start == at && !bytes.is_empty());
            let fresh = fresh.ok_or_else(|| Error::corrupt("a piece of a file"))?;
            growing.hash.update(fresh);
            at += length(fresh)?;
        }
        Ok(growing)
    }

    fn of(tenant: &Arc<Tenant>, job: JobId, file: OpenFile, content_type: &'static str) -> Self {
        let (tenant, hash, begun_at) = (tenant.clone(), Sha256::new(), clock::now());
        Self { tenant, job, file, content_type, hash, begun_at }
    }

    /// Keeps more of it.
    pub(super) async fn put(&mut self, bytes: Vec<u8>, rows: i64) -> Result<()> {
        self.hash.update(&bytes);
        self.file.rows += rows;
        let mut rest = bytes;
        while !rest.is_empty() {
            let more = rest.split_off(rest.len().min(PIECE_BYTES_MAX));
            let (start, length) = (self.file.bytes, length(&rest)?);
            let piece = Piece { start, bytes: rest };
            self.tenant.store.put_piece(self.tenant.id, self.job, self.file.content, piece).await?;
            self.file.bytes += length;
            rest = more;
        }
        Ok(())
    }

    /// How far it is.
    pub(super) fn file(&self) -> &OpenFile {
        &self.file
    }

    /// Notes how far it is for those who read it; answers false when the job is not under
    /// way any more.
    pub(super) async fn note(&self) -> Result<bool> {
        Ok(self.tenant.store.put_part(self.tenant.id, self.part(None)).await?)
    }

    /// Notes that it is whole, and says so as the manifest does.
    pub(super) async fn finish(self) -> Result<Option<Json>> {
        let sha256: [u8; 32] = self.hash.clone().finalize().into();
        let is_noted = self.tenant.store.put_part(self.tenant.id, self.part(Some(sha256))).await?;
        Ok(is_noted.then(|| describe(&self.part(Some(sha256)))))
    }

    fn part(&self, sha256: Option<[u8; 32]>) -> JobPart {
        JobPart {
            job: self.job,
            direction: FileDirection::Output,
            name: self.file.name.clone(),
            part: 1,
            is_complete: sha256.is_some(),
            content: self.file.content,
            bytes: self.file.bytes,
            sha256,
            rows: Some(self.file.rows),
            content_type: Some(self.content_type.to_owned()),
            created_at: self.begun_at,
        }
    }
}

/// A whole file as the manifest has it.
pub(super) fn describe(part: &JobPart) -> Json {
    json!({
        "file": part.name,
        "rows": part.rows,
        "bytes": part.bytes,
        "sha256": part.sha256.map(|hash| hex(&hash)),
    })
}

fn length(bytes: &[u8]) -> Result<i64> {
    i64::try_from(bytes.len()).map_err(Error::internal)
}
