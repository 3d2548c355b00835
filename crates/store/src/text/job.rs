//! Jobs: what they are, their files, and what became of their rows. `progress` and what
//! leads to it is written by the same transaction as the rows.

/// The columns of a job, in the order in which the statements here give them.
macro_rules! job_columns {
    () => {
        "id, kind, state, definition, actor, progress, error, created_at, started_at, ended_at"
    };
}

/// The same, where a statement is made of them.
pub(crate) const COLUMNS: [&str; 10] = [
    "id",
    "kind",
    "state",
    "definition",
    "actor",
    "progress",
    "error",
    "created_at",
    "started_at",
    "ended_at",
];

/// At most `$2` jobs before the id `$1`, the latest first.
pub(crate) const JOBS: &str = concat!(
    "select ",
    job_columns!(),
    "
from {kith_jobs}
where id < $1
order by id desc
limit $2"
);

/// The job `$1`.
pub(crate) const JOB: &str = concat!(
    "select ",
    job_columns!(),
    "
from {kith_jobs}
where id = $1"
);

/// How many jobs have not ended.
pub(crate) const UNFINISHED: &str = "select count(*)
from {kith_jobs}
where state in ('open', 'running')";

/// How many jobs are under way.
pub(crate) const RUNNING: &str = "select count(*)
from {kith_jobs}
where state = 'running'";

/// A new job: id, kind, definition, actor, progress, time.
pub(crate) const CREATE: &str = "insert into {kith_jobs}
  (id, kind, state, definition, actor, progress, created_at)
values ($1, $2, 'open', $3, $4, $5, $6)";

/// The job `$1` has come forward to `$2`.
pub(crate) const PROGRESS: &str = "update {kith_jobs}
set progress = $2
where id = $1";

/// Ends the job `$1`: state, error, time.
pub(crate) const END: &str = "update {kith_jobs}
set state = $2, error = $3, ended_at = $4, holder = null, leased_until = null
where id = $1";

/// The job `$1` is to be done, from the time `$2`, if its files were still being sent.
pub(crate) const START: &str = "update {kith_jobs}
set state = 'running', started_at = $2
where id = $1 and state = 'open'
returning id";

/// The oldest job under way that nobody holds at the time `$1`, or that `$2` holds.
pub(crate) const NEXT: &str = "select id
from {kith_jobs}
where state = 'running' and (leased_until is null or leased_until < $1 or holder = $2)
order by id
limit 1";

/// Gives the job `$1` to the holder `$2` until `$3`, if it is free at the time `$4`.
pub(crate) const LEASE: &str = "update {kith_jobs}
set holder = $2, leased_until = $3
where id = $1 and state = 'running' and (leased_until is null or leased_until < $4 or holder = $2)
returning id";

/// The holder `$2` holds the job `$1` until `$3`; nobody does when that is past.
pub(crate) const HOLD: &str = "update {kith_jobs}
set leased_until = $3
where id = $1 and holder = $2 and state = 'running'
returning id";

/// The job `$1` of the holder `$2` has come to the progress `$3`; end of the lease.
pub(crate) const FORWARD: &str = "update {kith_jobs}
set progress = $3, leased_until = $4
where id = $1 and holder = $2 and state = 'running'
returning id";

/// At most `$2` ids, after `$3`, of jobs that have ended before the time `$1`, or were made
/// before it and not started.
pub(crate) const EXPIRED: &str = "select id
from {kith_jobs}
where state <> 'running' and id > $3 and coalesce(ended_at, created_at) < $1
order by id
limit $2";

/// Forgets the job `$1` if it has ended.
pub(crate) const FORGET: &str = "delete from {kith_jobs}
where id = $1 and state not in ('open', 'running')
returning id";

/// And its files, the pieces of their content, and its results.
pub(crate) const FORGET_FILES: &str = "delete from {kith_job_files}
where job_id = $1";

/// See [`FORGET_FILES`].
pub(crate) const FORGET_PIECES: &str = "delete from {kith_job_pieces}
where job_id = $1";

/// See [`FORGET_FILES`].
pub(crate) const FORGET_RESULTS: &str = "delete from {kith_job_results}
where job_id = $1";

/// A part, if the job is in the state `$12`: job, direction, name, part, state, content,
/// bytes, hash, rows, type, time. One that is there already gives way.
pub(crate) const PUT_PART: &str = "insert into {kith_job_files}
  (job_id, direction, name, part, state, content_id, bytes, sha256, rows, content_type, created_at)
select $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11
from {kith_jobs}
where id = $1 and state = $12
on conflict (job_id, direction, name, part) do update
set state = excluded.state, content_id = excluded.content_id, bytes = excluded.bytes,
  sha256 = excluded.sha256, rows = excluded.rows, content_type = excluded.content_type,
  created_at = excluded.created_at
returning job_id";

/// The parts of the job `$1`.
pub(crate) const FILES: &str =
    "select direction, name, part, state, content_id, bytes, sha256, rows, content_type, created_at
from {kith_job_files}
where job_id = $1
order by direction, name, part";

/// A piece: content, start, bytes, job, content.
pub(crate) const PUT_PIECE: &str = "insert into {kith_job_pieces}
  (content_id, start, bytes, job_id, content)
values ($1, $2, $3, $4, $5)
on conflict (content_id, start) do update
set bytes = excluded.bytes, content = excluded.content";

/// The piece of the content `$1` that holds the byte `$2`.
pub(crate) const PIECE: &str = "select start, bytes, content
from {kith_job_pieces}
where content_id = $1 and start <= $2
order by start desc
limit 1";

/// Contents of the job `$1` that are of no part.
pub(crate) const STRAY: &str = "select distinct content_id
from {kith_job_pieces}
where job_id = $1 and content_id not in (
  select content_id
  from {kith_job_files}
  where job_id = $1
)
order by content_id";

/// Forgets the pieces of the content `$1`.
pub(crate) const DROP_CONTENT: &str = "delete from {kith_job_pieces}
where content_id = $1";

/// The result of a chunk: job, step, file, pass, object, first row, rows, done, failed.
pub(crate) const PUT_RESULT: &str = "insert into {kith_job_results}
  (job_id, step, file, pass, object_no, first_row, row_count, done, failed)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9)";

/// At most `$3` results of the job `$1` after the step `$2`.
pub(crate) const RESULTS: &str = "select step, file, pass, object_no, first_row, done, failed
from {kith_job_results}
where job_id = $1 and step > $2
order by step
limit $3";
