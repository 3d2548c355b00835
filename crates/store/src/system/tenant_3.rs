//! The third layout of a tenant's tables: jobs, with their files and what became of rows.

/// See [`super::Layout`].
pub(super) const TENANT_3: &[&str] = &[
    // `progress` is JSON; who holds a job works on it.
    "create table {kith_jobs} (
  id {uuid} not null constraint kith_jobs_p primary key,
  kind {text} not null,
  state {text} not null,
  definition {text} not null,
  actor {text} not null,
  progress {text} not null,
  error {text},
  created_at {timestamp} not null,
  started_at {timestamp},
  ended_at {timestamp},
  holder {uuid},
  leased_until {timestamp}
){strict}",
    "create index kith_jobs_state on {kith_jobs} (state, id)",
    // The parts of a job's files. The content of a part is told by its own id, so that
    // one that is sent again takes the other's place at once.
    "create table {kith_job_files} (
  job_id {uuid} not null,
  direction {text} not null,
  name {text} not null,
  part {integer} not null,
  state {text} not null,
  content_id {uuid} not null,
  bytes {integer} not null,
  sha256 {bytes},
  rows {integer},
  content_type {text},
  created_at {timestamp} not null,
  constraint kith_job_files_p primary key (job_id, direction, name, part)
){strict}",
    // Pieces of content by the byte they begin at. On SQLite `content` is null: the piece
    // is a file beside the tenant's.
    "create table {kith_job_pieces} (
  content_id {uuid} not null,
  start {integer} not null,
  bytes {integer} not null,
  job_id {uuid} not null,
  content {bytes},
  constraint kith_job_pieces_p primary key (content_id, start)
){strict}",
    "create index kith_job_pieces_job on {kith_job_pieces} (job_id)",
    // What became of the rows of a chunk: `done` has 17 bytes a row, `failed` is JSON.
    "create table {kith_job_results} (
  job_id {uuid} not null,
  step {integer} not null,
  file {text} not null,
  pass {integer} not null,
  object_no {integer},
  first_row {integer} not null,
  row_count {integer} not null,
  done {bytes} not null,
  failed {text},
  constraint kith_job_results_p primary key (job_id, step)
){strict}",
    // What a token may do beyond what every token may: words with commas between them.
    "alter table {kith_tokens} add column rights {text} not null default ''",
];
