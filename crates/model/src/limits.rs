//! Every bound of Kith, once: the constants that code compares with and the table that
//! `GET /v1/limits` publishes. The comment on a constant is the published reason.

use serde::Serialize;

/// A bound as it is published.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
pub struct Limit {
    /// Its name on the wire; stable.
    pub name: &'static str,
    /// The greatest value that is allowed (or, for a default, the value that is used).
    pub value: u64,
    /// What it counts.
    pub unit: &'static str,
    /// Why it is there.
    pub reason: &'static str,
}

macro_rules! limits {
    ($($(#[doc = $doc:literal])* $constant:ident: $type:ty = $value:expr, $name:literal, $unit:literal;)*) => {
        $(
            $(#[doc = $doc])*
            pub const $constant: $type = $value;
        )*

        /// Every limit, in the order in which they are published.
        pub const ALL: &[Limit] = &[$(Limit {
            name: $name,
            value: $constant as u64,
            unit: $unit,
            reason: concat!($($doc),*).trim_ascii(),
        }),*];
    };
}

limits! {
    // Requests.

    /// A request's body is held in memory while it is read and checked.
    BODY_BYTES_MAX: usize = 8 * 1024 * 1024, "body", "bytes";
    /// Nesting of a body and of a `json` value: reading must not exhaust the stack.
    JSON_DEPTH_MAX: usize = 32, "json_depth", "levels";
    /// One transaction: it holds its tenant's lane while it is decided and written.
    BATCH_OPERATIONS_MAX: usize = 1_000, "batch_operations", "operations";
    /// A page when the request does not say how many.
    PAGE_DEFAULT: u32 = 50, "page_default", "items";
    /// A page is rendered in memory; cursors reach the rest.
    PAGE_MAX: u32 = 500, "page", "items";
    /// A request that takes longer is given up, so that it cannot hold a connection for ever.
    REQUEST_SECONDS: u64 = 30, "request", "seconds";
    /// A longer wait for changes outlives the time-outs of common proxies.
    LONG_POLL_SECONDS: u64 = 60, "long_poll", "seconds";
    /// How long a read waits for `Kith-Min-Position` before it answers 412.
    MIN_POSITION_SECONDS: u64 = 5, "min_position_wait", "seconds";
    /// An idle event stream says that it lives, so that proxies keep it open.
    HEARTBEAT_SECONDS: u64 = 15, "stream_heartbeat", "seconds";
    /// An idempotency key is a column of an index.
    IDEMPOTENCY_KEY_MAX: usize = 255, "idempotency_key", "characters";
    /// How long an answer is kept for its idempotency key: a client that has not retried
    /// within a day has given up.
    ANSWER_HOURS: i64 = 24, "idempotent_answer", "hours";
    /// Submissions that may wait for one tenant in one process; more are answered 503.
    LANE_QUEUE_MAX: usize = 10_000, "write_queue", "submissions";
    /// Faults that one refusal lists; mending those shows the rest.
    FAULTS_MAX: usize = 100, "faults", "faults per answer";
    /// Records that a fault names as standing in the way: enough to find the rest.
    FAULT_RECORDS_MAX: usize = 10, "fault_records", "ids per fault";
    /// A named cursor's name stands in a path.
    CURSOR_NAME_BYTES_MAX: usize = 100, "cursor_name", "bytes";
    /// A tenant's name stands in headers and on command lines.
    TENANT_NAME_BYTES_MAX: usize = 63, "tenant_name", "bytes";
    /// Named cursors of a tenant: each is a row that every check of lag reads.
    CURSORS_MAX: usize = 100, "cursors", "cursors per tenant";

    // Queries.

    /// Members that a list is ordered by: each more makes the statement for the next page longer.
    SORTS_MAX: usize = 8, "sorts", "members per order";

    /// What records are grouped by: each more makes more and smaller groups.
    GROUPS_MAX: usize = 8, "groups", "entries per query";
    /// What is said of each group.
    MEASURES_MAX: usize = 20, "measures", "entries per query";

    // Jobs.

    /// A part of a job's file is sent again as a whole when its request breaks off.
    PART_BYTES_MAX: u64 = 1024 * 1024 * 1024, "part", "bytes";
    /// Parts of a job's file: with their size, files of ten terabytes.
    PARTS_MAX: u32 = 10_000, "parts", "parts per file";
    /// Files of a job: an import of a whole system has one for each of its tables.
    JOB_FILES_MAX: usize = 200, "job_files", "files per job";
    /// A row of a file is held in memory while it is read and checked; a record has less.
    ROW_BYTES_MAX: usize = 4 * 1024 * 1024, "row", "bytes";
    /// What is shown of a row that was refused: enough to find it.
    ROW_SHOWN_BYTES_MAX: usize = 16 * 1024, "row_shown", "bytes";
    /// Columns of a file: twice the fields of an object.
    FILE_COLUMNS_MAX: usize = 1_000, "file_columns", "columns per file";
    /// Content this many times its compressed size is not data: it is refused, beyond its first ten megabytes.
    COMPRESSION_RATIO_MAX: u64 = 200, "compression_ratio", "times";
    /// Rows written all or none are one transaction, for which others wait.
    ATOMIC_ROWS_MAX: i64 = 10_000, "atomic_rows", "rows";
    /// Jobs of a tenant that have not ended: each is looked at by every node.
    JOBS_MAX: usize = 100, "jobs", "unfinished jobs per tenant";
    /// How long files and results of a job are kept after its end, unless it is to be kept.
    JOB_DAYS: i64 = 30, "job_kept", "days";

    // Records.

    /// A record's values: a row is read, decided and journaled as one piece.
    RECORD_BYTES_MAX: usize = 1024 * 1024, "record", "bytes";
    /// A `text` field that does not say otherwise.
    TEXT_LENGTH_DEFAULT: u32 = 255, "text_default", "characters";
    /// A `text` value stays short enough for an index; `long_text` holds more.
    TEXT_LENGTH_MAX: u32 = 10_000, "text", "characters";
    /// A `long_text` value is read with its record.
    LONG_TEXT_LENGTH_MAX: u32 = 100_000, "long_text", "characters";
    /// An e-mail address, as the mail standards bound it.
    EMAIL_BYTES_MAX: usize = 254, "email", "bytes";
    /// A URL that every browser and proxy takes, and that an index can hold.
    URL_BYTES_MAX: usize = 2_048, "url", "bytes";
    /// Digits of a decimal: every such number fits a scaled 64-bit integer.
    DECIMAL_DIGITS_MAX: u8 = crate::decimal::DIGITS_MAX, "decimal", "digits";
    /// Each part of a source id: the three together are one entry of a unique key.
    SOURCE_ID_LENGTH_MAX: usize = 200, "source_id", "characters";
    /// Records that one delete, restore or purge may take along: they are one transaction.
    CASCADE_RECORDS_MAX: usize = 10_000, "cascade_records", "records";
    /// How many references deep a delete may cascade: a longer chain is a mistake in the schema.
    CASCADE_DEPTH_MAX: usize = 32, "cascade_depth", "references";

    // Schema.

    /// Objects of a tenant: the catalog is held in memory by every node.
    OBJECTS_MAX: usize = 2_000, "objects", "objects per tenant";
    /// Live fields of an object: each is at least one column.
    FIELDS_MAX: usize = 500, "fields", "fields per object";
    /// Columns of an object's table, dropped ones included: PostgreSQL allows 1,600.
    COLUMNS_MAX: usize = 1_500, "columns", "columns per object";
    /// Keys and indexes of an object: each is written with every record.
    KEYS_MAX: usize = 20, "keys", "keys per object";
    /// Fields of one key: a wider index costs more than it finds.
    KEY_FIELDS_MAX: usize = 5, "key_fields", "fields per key";
    /// Longest entry of a key, its text counted at its longest: PostgreSQL's end at 2,704 bytes.
    KEY_BYTES_MAX: usize = 2_600, "key_entry", "bytes";
    /// Earlier names that an object or a field keeps: each must stay unlike every other name.
    ALIASES_MAX: usize = 10, "aliases", "aliases per object or field";
    /// Targets of a reference: each is a column with an index. The id map refers to every
    /// object that is imported.
    TARGETS_MAX: usize = 50, "targets", "objects per reference";
    /// Options of a select field: they are checked in order.
    OPTIONS_MAX: usize = 1_000, "options", "options per field";
    /// An option's value or label is for menus.
    OPTION_LENGTH_MAX: usize = 100, "option", "characters";
    /// Roll-ups of an object: each is computed with every write of a record that feeds it.
    ROLLUPS_MAX: usize = 40, "rollups", "roll-ups per object";
    /// Roll-ups over roll-ups: each level is another record that one write reads and changes.
    ROLLUP_DEPTH_MAX: u8 = 8, "rollup_depth", "levels";
    /// Digits that an average has beyond those of what it is over: more of them say nothing.
    AVERAGE_DIGITS_MAX: u8 = 6, "average_digits", "digits";
    /// Changes of a record that its timelines are read from.
    TIMELINE_CHANGES_MAX: usize = 10_000, "timeline", "changes per record";
    /// Actions of an object: the catalog holds them in memory.
    ACTIONS_MAX: usize = 20, "actions", "actions per object";
    /// Steps of an action: they are one transaction.
    ACTION_STEPS_MAX: usize = 20, "action_steps", "steps per action";
    /// Computed fields of an object: they are evaluated with every write or read of a record.
    COMPUTED_MAX: usize = 100, "computed_fields", "computed fields per object";
    /// Rules of an object: each is checked with every write of a record.
    RULES_MAX: usize = 50, "rules", "rules per object";
    /// What a rule tells the caller is for a line.
    RULE_MESSAGE_MAX: usize = 500, "rule_message", "characters";
    /// Steps of a plan: they are one transaction, which holds the tenant's lane.
    PLAN_STEPS_MAX: usize = 5_000, "plan_steps", "steps per plan";
    /// How long it is kept what fields are used for: a plan says who has used what goes.
    USAGE_DAYS: i64 = 30, "usage", "days";
    /// Counts of uses that a process holds until they are written down: one a token, object,
    /// field and kind of use.
    USES_HELD_MAX: usize = 50_000, "usage_held", "counts";
    /// A name becomes a column's name, with its number, within PostgreSQL's 63 bytes.
    NAME_BYTES_MAX: usize = 40, "name", "bytes";
    /// A label is for a heading.
    LABEL_LENGTH_MAX: usize = 100, "label", "characters";
    /// A description is for a paragraph; the catalog holds it in memory.
    DESCRIPTION_LENGTH_MAX: usize = 2_000, "description", "characters";
    /// An expression's text: it is read by people, and checked with every change of the schema.
    EXPRESSION_LENGTH_MAX: usize = 4_000, "expression", "characters";
    /// Parts of an expression: names, literals, operators and calls.
    EXPRESSION_NODES_MAX: usize = 500, "expression_parts", "parts per expression";
    /// Nesting of an expression, in which each of `a + b + c` is a level (but `&&` and `||` are one
    /// together): reading and evaluating must not exhaust the stack.
    EXPRESSION_DEPTH_MAX: usize = 64, "expression_depth", "levels";
    /// What one evaluation may cost: a step for each part that is evaluated, and more for long texts.
    EXPRESSION_STEPS_MAX: u32 = 100_000, "expression_steps", "steps per evaluation";
    /// A text that an expression makes, which must not outgrow the records.
    EXPRESSION_TEXT_MAX: usize = 100_000, "expression_text", "characters";
    /// References that an expression may read through: each is a record to load.
    EXPRESSION_PATH_MAX: u8 = 3, "expression_references", "references";
    /// A pattern of `matches`: matching costs the product of pattern and text.
    EXPRESSION_PATTERN_MAX: usize = 200, "expression_pattern", "characters";
    /// Records that are filled within the schema change that needs it; more are a task's.
    FILL_AT_ONCE_RECORDS_MAX: usize = 1_000, "fill_at_once", "records";
    /// Records over which a key is built within the schema change that makes it; with more,
    /// PostgreSQL builds it while they are in use.
    KEY_AT_ONCE_RECORDS_MAX: usize = 10_000, "key_at_once", "records";
    /// How often a task tries one piece of its work before it gives up: what passes has
    /// passed by then.
    TASK_TRIES_MAX: u32 = 8, "task_tries", "tries";
    /// Finished tasks that are kept to look at: the latest.
    TASKS_KEPT_MAX: i64 = 1_000, "tasks_kept", "tasks per tenant";
    /// Groups of records that share a value, named when they stand in the way of a unique key.
    DUPLICATE_GROUPS_MAX: usize = 100, "duplicate_groups", "groups per answer";
    /// Matching rules of an object: each files every record that is written.
    MATCHINGS_MAX: usize = 10, "matching_rules", "rules per object";
    /// Terms of a matching rule: a longer one finds nothing.
    MATCHING_TERMS_MAX: usize = 5, "matching_terms", "terms per rule";
    /// Keys under which a matching rule files one record: each is a row beside it.
    MATCH_KEYS_MAX: usize = 8, "match_keys", "keys per rule and record";
    /// What is compared of a text: comparing costs the product of two lengths.
    MATCH_LENGTH_MAX: usize = 200, "match_text", "characters";
    /// Records under one match key that are compared; what more of them share tells nothing apart.
    MATCH_BLOCK_MAX: usize = 50, "match_block", "records per key";
    /// Records with which one record is compared, those of the first rules first.
    MATCH_COMPARED_MAX: usize = 200, "match_compared", "records per record";
    /// Candidates that are named for one record, the likeliest first.
    DUPLICATES_MAX: usize = 20, "duplicates", "candidates per record";
    /// Records that one step of a scan for duplicates compares: it holds the lane meanwhile.
    SCAN_RECORDS_MAX: u32 = 100, "duplicates_scan", "records per page";
    /// Ids of merged records that stand for one record: a purge removes them with it.
    MERGED_IDS_MAX: usize = 1_000, "merged_ids", "ids per record";
    /// What stands before the digits of an `auto_number`.
    AUTO_NUMBER_PREFIX_MAX: usize = 20, "auto_number_prefix", "characters";
}

#[cfg(test)]
mod tests {
    use super::ALL;

    #[test]
    fn publishes_each_limit_once_with_its_reason() {
        for (index, limit) in ALL.iter().enumerate() {
            assert!(limit.value > 0 && !limit.reason.is_empty(), "{limit:?}");
            assert!(ALL[..index].iter().all(|other| other.name != limit.name), "{limit:?}");
        }
    }
}
