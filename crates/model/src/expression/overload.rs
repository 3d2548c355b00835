//! What functions do, told apart by what they take: each row of the table of functions is
//! one of these.

use super::calendar::Part;

/// What a function does with what it takes; its evaluation is in the module `evaluate`.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Overload {
    /// `size` of a text.
    Size,
    /// `size` of a list.
    Count,
    /// `startsWith`.
    StartsWith,
    /// `endsWith`.
    EndsWith,
    /// `contains`.
    Contains,
    /// `matches`; compiled to a node of its own.
    Matches,
    /// `lower`.
    Lower,
    /// `upper`.
    Upper,
    /// `trim`.
    Trim,
    /// `substring`.
    Substring,
    /// `replace`.
    Replace,
    /// `join`.
    Join,
    /// `string`.
    ToText,
    /// `int` of a text.
    ReadInteger,
    /// `int` of a number.
    Truncate,
    /// `decimal` of a text.
    ReadDecimal,
    /// `decimal` of a number.
    ToDecimal,
    /// `money`.
    Money,
    /// `.amount`.
    Amount,
    /// `.currency`.
    Currency,
    /// `date` of a text.
    ReadDate,
    /// `date` of a time.
    DayOf,
    /// `timestamp` of a text.
    ReadTime,
    /// `timestamp` of a date.
    Midnight,
    /// `duration`.
    ReadDuration,
    /// `now`.
    Now,
    /// `today`.
    Today,
    /// `add_days` of a date.
    AddDays,
    /// `add_days` of a time.
    AddDaysToTime,
    /// `add_months` of a date.
    AddMonths,
    /// `add_months` of a time.
    AddMonthsToTime,
    /// A part of a date.
    DayPart(Part),
    /// A part of a time.
    TimePart(Part),
    /// A part of a duration.
    DurationPart(Part),
    /// `coalesce`.
    Coalesce,
    /// `min`.
    Least,
    /// `max`.
    Greatest,
    /// `abs`.
    Absolute,
    /// `floor`.
    Floor,
    /// `ceil`.
    Ceiling,
    /// `round` to an integer.
    Round,
    /// `round` to a number of digits.
    RoundTo,
    /// `has`.
    Has,
    /// `exists`; compiled to a node of its own.
    Exists,
    /// `all`; compiled to a node of its own.
    ForAll,
}
