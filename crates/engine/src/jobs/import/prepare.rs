//! What an import needs before its first row: all files with the columns that the mapping
//! reads, the right to stamp, and an id map that knows its objects.

use std::collections::BTreeSet;

use futures_util::stream;
use kith_format::{Format, Reader};
use kith_model::fault::{Code, Fault, Faults};
use kith_model::id::JobId;
use kith_model::import::{Mapper, Mapping, Rows, StampRules, compile};
use kith_model::job::Job;
use kith_model::journal::Origin;
use kith_model::right::Right;
use serde_json::{Map, Value as Json};

use super::{Definition, file_name, format, of_mapping};
use crate::error::Result;
use crate::jobs::content::{Content, parts_of};
use crate::jobs::upload::{Upload, upload};
use crate::session::Session;
use crate::{id_map, rights};

/// Sees to what an import needs.
///
/// # Errors
/// `required` for a file that was not sent, `unknown_field` for a column that a file does
/// not have, `forbidden` when the mapping stamps and the caller may not.
pub(in crate::jobs) async fn prepare(session: &Session, job: &Job) -> Result<()> {
    let definition = Definition::of(job)?;
    let mapping = definition.mapping()?;
    if mapping.files.iter().any(|file| file.stamps != StampRules::default())
        && !session.rights().has(Right::Import)
    {
        return Err(rights::lacking().into());
    }
    let under = |faults: Faults| -> Faults { faults.into_iter().map(of_mapping).collect() };
    let mappers = compile(&mapping, &session.catalog()).map_err(under)?;
    let mut faults = Faults::new();
    let archive = definition.archive.unwrap_or(job.id);
    refuse_strangers(session, job.id, &mapping, &mut faults).await?;
    for (index, mapper) in mappers.iter().enumerate() {
        check_file(session, archive, &mapping, index, mapper, &mut faults).await?;
    }
    if !faults.is_empty() {
        return Err(faults.into());
    }
    let objects: Vec<String> = mapping.objects().into_iter().map(str::to_owned).collect();
    if !objects.is_empty() {
        id_map::ensure(session, &objects, Origin::Bulk).await?;
    }
    for (index, file) in mapping.files.iter().enumerate() {
        if let Rows::Inline(rows) = &file.rows {
            keep_rows(session, job.id, file_name(index, file), rows).await?;
        }
    }
    Ok(())
}

/// Files that the mapping does not read are a mistake: of their names, or of the mapping.
async fn refuse_strangers(
    session: &Session,
    job: JobId,
    mapping: &Mapping,
    faults: &mut Faults,
) -> Result<()> {
    let sent = session.tenant.store.job_files(session.tenant.id, job).await?.value;
    let sent: BTreeSet<&str> = sent.iter().map(|part| part.name.as_str()).collect();
    let mut known: BTreeSet<String> = mapping.file_names().into_iter().map(str::to_owned).collect();
    let own: Vec<String> =
        mapping.files.iter().enumerate().map(|(index, file)| file_name(index, file)).collect();
    known.extend(own);
    for name in sent.into_iter().filter(|name| !known.contains(*name)) {
        let fault = Fault::new(Code::InvalidFile, format!("the mapping reads no file `{name}`"));
        faults.push(fault.did_you_mean(name, known.iter().map(String::as_str)));
    }
    Ok(())
}

/// Whether a file is there with the columns that the mapping reads.
async fn check_file(
    session: &Session,
    archive: JobId,
    mapping: &Mapping,
    index: usize,
    mapper: &Mapper,
    faults: &mut Faults,
) -> Result<()> {
    let Some(file) = mapping.files.get(index) else { return Ok(()) };
    let Rows::File(name) = &file.rows else { return Ok(()) };
    let parts = parts_of(&session.tenant, archive, name).await?;
    if parts.is_empty() {
        let fault = Fault::new(Code::Required, format!("the file `{name}` was not sent"));
        let fault = fault.hint(format!("PUT /v1/jobs/{archive}/files/{name}/parts/1"));
        faults.push(fault.at("file").under(&format!("/mapping/files/{index}")));
        return Ok(());
    }
    if format(file) == Format::JsonLines {
        return Ok(());
    }
    let content = Content { tenant: session.tenant.clone(), job: archive, parts };
    match header(&content, &format(file)).await? {
        Ok(header) => {
            let found = mapper.bind(&header).err().into_iter().flatten();
            faults.extend(found.map(|fault| {
                let message = fault.message.replacen("the file", &format!("`{name}`"), 1);
                of_mapping(Fault { message, ..fault })
            }));
        }
        Err(fault) => {
            let message = format!("`{name}`: {}", fault.message);
            faults.push(Fault { message, pointer: format!("/mapping/files/{index}/file"), ..fault });
        }
    }
    Ok(())
}

/// The columns of a file; those of an empty one are none.
async fn header(content: &Content, format: &Format) -> Result<Result<Vec<String>, Fault>> {
    let mut reader = Reader::new(format);
    let mut at = 0;
    let mut is_over = false;
    loop {
        let first = reader.next();
        if let Some(header) = reader.header() {
            return Ok(Ok(header.to_vec()));
        }
        match first {
            Some(Err(kith_format::ReadError::File { fault, .. })) => return Ok(Err(*fault)),
            None if is_over => return Ok(Ok(Vec::new())),
            _ => {}
        }
        match content.read(at).await? {
            Some(piece) => {
                at += piece.len() as u64;
                reader.feed(&piece);
            }
            None => {
                is_over = true;
                reader.finish();
            }
        }
    }
}

/// Keeps the rows of a mapping as a file like the others.
async fn keep_rows(session: &Session, job: JobId, file: String, rows: &[Map<String, Json>]) -> Result<()> {
    let mut bytes = Vec::new();
    for row in rows {
        bytes.extend_from_slice(Json::Object(row.clone()).to_string().as_bytes());
        bytes.push(b'\n');
    }
    let upload_of = Upload {
        job: job.to_string(),
        file,
        part: "1".to_owned(),
        content_type: Some("application/jsonl".to_owned()),
        encoding: None,
        sha256: None,
    };
    let body = stream::iter([Ok::<Vec<u8>, std::io::Error>(bytes)]);
    upload(session, upload_of, body).await.map(|_| ())
}
