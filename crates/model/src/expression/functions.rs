//! The functions of expressions: one table from which type checking, the table in
//! `docs/expressions.md` and a test of every example derive.

use super::calendar::Part;
use super::overload::Overload;

/// What a function takes in a place.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Takes {
    Text,
    Integer,
    Number,
    Money,
    NumberOrMoney,
    /// What has one obvious text: text, numbers, booleans, dates, datetimes.
    Plain,
    Date,
    Datetime,
    Duration,
    Texts,
    /// What can be ordered: numbers, money, text, dates, datetimes, durations.
    Ordered,
    Anything,
    /// A literal from 0 to 18.
    Digits,
    /// A literal pattern.
    Pattern,
    /// A literal offset from UTC.
    Zone,
    /// The name of an element.
    Element,
    /// A condition over the element.
    Condition,
}

impl Takes {
    /// The word for it in the table and in messages.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Integer => "integer",
            Self::Number => "number",
            Self::Money => "money",
            Self::NumberOrMoney => "number or money",
            Self::Plain => "plain",
            Self::Date => "date",
            Self::Datetime => "datetime",
            Self::Duration => "duration",
            Self::Texts => "list",
            Self::Ordered => "ordered",
            Self::Anything => "anything",
            Self::Digits => "digits",
            Self::Pattern => "pattern",
            Self::Zone => "offset",
            Self::Element => "name",
            Self::Condition => "condition",
        }
    }
}

/// What a function gives.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Gives {
    Boolean,
    Integer,
    Text,
    Date,
    Datetime,
    Duration,
    /// A decimal with the digits of the first argument.
    Decimal,
    /// A decimal with as many digits after the point as the second argument says.
    DecimalOf,
    /// The type of the first argument, with at most as many digits as the second says.
    Rounded,
    /// Money with the digits of the first argument.
    Money,
    /// The type of the first argument.
    Same,
    /// The type that all arguments have in common.
    Common,
}

impl Gives {
    fn word(self) -> &'static str {
        match self {
            Self::Boolean => "boolean",
            Self::Integer => "integer",
            Self::Text => "text",
            Self::Date => "date",
            Self::Datetime => "datetime",
            Self::Duration => "duration",
            Self::Decimal | Self::DecimalOf => "decimal",
            Self::Money => "money",
            Self::Rounded | Self::Same => "the same type",
            Self::Common => "their common type",
        }
    }
}

/// One way to call a function.
#[derive(Debug)]
pub(super) struct Function {
    pub(super) name: &'static str,
    pub(super) takes: &'static [Takes],
    /// How many of the last may be left out.
    pub(super) optional: usize,
    /// Whether the last may stand there any number of times.
    pub(super) repeats: bool,
    pub(super) gives: Gives,
    /// What it makes of null, where that is not null.
    pub(super) nulls: &'static str,
    pub(super) what: &'static str,
    /// Needs no record; checked by a test.
    pub(super) example: &'static str,
    /// What the example is equal to.
    pub(super) result: &'static str,
    pub(super) overload: Overload,
}

impl Function {
    /// Whether so many arguments can be given.
    pub(super) fn takes_count(&self, count: usize) -> bool {
        let least = self.takes.len() - self.optional;
        count >= least && (self.repeats || count <= self.takes.len())
    }

    /// What the argument in a place is.
    pub(super) fn takes_at(&self, place: usize) -> Takes {
        self.takes[place.min(self.takes.len() - 1)]
    }

    /// As it is written: `round(number, digits)`, `money.amount`.
    pub(super) fn signature(&self) -> String {
        let words: Vec<&str> = self.takes.iter().map(|takes| takes.word()).collect();
        if is_property(self.name) {
            return format!("{}.{}", words[0], self.name);
        }
        let (given, optional) = words.split_at(words.len() - self.optional);
        let mut all = given.join(", ");
        optional.iter().for_each(|word| all.push_str(&format!("[, {word}]")));
        format!("{}({all}{})", self.name, if self.repeats { ", …" } else { "" })
    }
}

/// Whether it is written `x.name`, without brackets.
pub(super) fn is_property(name: &str) -> bool {
    matches!(name, "amount" | "currency")
}

macro_rules! functions {
    ($($name:literal ($($takes:ident),*) $([$optional:literal])? $(repeats $repeats:literal)? -> $gives:ident,
        $overload:expr, $nulls:literal, $what:expr, $example:literal => $result:literal;)*) => {
        /// Every function, in the order of the documentation.
        pub(super) const ALL: &[Function] = &[$(Function {
            name: $name,
            takes: &[$(Takes::$takes),*],
            optional: 0 $(+ $optional)?,
            repeats: false $(|| $repeats)?,
            gives: Gives::$gives,
            nulls: $nulls,
            what: $what,
            example: $example,
            result: $result,
            overload: $overload,
        }),*];
    };
}

functions! {
    "has"(Anything) -> Boolean, Overload::Has, "false",
        "whether there is a value; the same as `x != null`", "has('a')" => "true";
    "coalesce"(Anything, Anything) repeats true -> Common, Overload::Coalesce, "skipped",
        "the first that is not null", "coalesce(null, 7)" => "7";
    "size"(Text) -> Integer, Overload::Size, "null", "characters (Unicode code points)", "size('héllo')" => "5";
    "startsWith"(Text, Text) -> Boolean, Overload::StartsWith, "null",
        "whether the first begins with the second", "'kith'.startsWith('ki')" => "true";
    "endsWith"(Text, Text) -> Boolean, Overload::EndsWith, "null",
        "whether the first ends with the second", "'kith'.endsWith('ki')" => "false";
    "contains"(Text, Text) -> Boolean, Overload::Contains, "null",
        "whether the second stands in the first", "'kith'.contains('it')" => "true";
    "matches"(Text, Pattern) -> Boolean, Overload::Matches, "null",
        "whether some part of the text matches the [pattern](#patterns)",
        "'DE-42'.matches('^[A-Z]{2}-[0-9]+$')" => "true";
    "lower"(Text) -> Text, Overload::Lower, "null", "in lower case (Unicode)", "lower('ÉCOLE')" => "'école'";
    "upper"(Text) -> Text, Overload::Upper, "null", "in upper case (Unicode)", "upper('école')" => "'ÉCOLE'";
    "trim"(Text) -> Text, Overload::Trim, "null",
        "without white space (Unicode) at both ends", "trim(' a b ')" => "'a b'";
    "substring"(Text, Integer, Integer)[1] -> Text, Overload::Substring, "null",
        "from a place, counted from 0, up to before another, or to the end; places outside the text are its ends",
        "substring('abcdef', 1, 3)" => "'bc'";
    "replace"(Text, Text, Text) -> Text, Overload::Replace, "null",
        "with every second replaced by the third; an empty second replaces nothing",
        "replace('a-b-c', '-', '+')" => "'a+b+c'";
    "string"(Plain) -> Text, Overload::ToText, "null",
        "as text, in the form of the wire", "string(date('2026-11-23'))" => "'2026-11-23'";
    "size"(Texts) -> Integer, Overload::Count, "null", "elements", "size(['a', 'b'])" => "2";
    "exists"(Texts, Element, Condition) -> Boolean, Overload::Exists, "a null list is empty",
        "whether the condition holds for some element", "['a', 'b'].exists(t, t == 'b')" => "true";
    "all"(Texts, Element, Condition) -> Boolean, Overload::ForAll, "a null list is empty",
        "whether the condition holds for every element", "['a', 'b'].all(t, size(t) == 1)" => "true";
    "join"(Texts, Text) -> Text, Overload::Join, "null",
        "the elements with the second between them", "['a', 'b'].join(', ')" => "'a, b'";
    "int"(Number) -> Integer, Overload::Truncate, "null", "without the fraction", "int(-2.7)" => "-2";
    "int"(Text) -> Integer, Overload::ReadInteger, "null",
        "the integer that the text is; null if it is none", "int('42')" => "42";
    "decimal"(Number) -> Decimal, Overload::ToDecimal, "null", "as a decimal", "decimal(7) / 2" => "3.5";
    "decimal"(Text, Digits) -> DecimalOf, Overload::ReadDecimal, "null",
        "the decimal that the text is, with so many digits after the point; null if it is none, or has more",
        "decimal('12.5', 2)" => "12.50";
    "abs"(NumberOrMoney) -> Same, Overload::Absolute, "null", "without its sign", "abs(-2.5)" => "2.5";
    "floor"(Number) -> Integer, Overload::Floor, "null", "the next integer below", "floor(-2.5)" => "-3";
    "ceil"(Number) -> Integer, Overload::Ceiling, "null", "the next integer above", "ceil(2.1)" => "3";
    "round"(Number) -> Integer, Overload::Round, "null",
        "the nearest integer; halves go to the even one", "round(2.5)" => "2";
    "round"(NumberOrMoney, Digits) -> Rounded, Overload::RoundTo, "null",
        "to at most so many digits after the point; halves go to the even digit", "round(0.125, 2)" => "0.12";
    "min"(Ordered, Ordered) repeats true -> Common, Overload::Least, "null if any is null",
        "the least", "min(3, 1.5, 2)" => "1.5";
    "max"(Ordered, Ordered) repeats true -> Common, Overload::Greatest, "null if any is null",
        "the greatest", "max('a', 'b')" => "'b'";
    "money"(Number, Text) -> Money, Overload::Money, "null",
        "an amount in a currency (ISO 4217); null if there is no such currency",
        "money(12.5, 'EUR') * 2" => "money(25, 'EUR')";
    "amount"(Money) -> Decimal, Overload::Amount, "null", "the amount of money", "money(12.5, 'EUR').amount" => "12.5";
    "currency"(Money) -> Text, Overload::Currency, "null",
        "the currency of money", "money(12.5, 'EUR').currency" => "'EUR'";
    "today"() -> Date, Overload::Today, "-", "the day of `now()` in UTC", "today() == date(now())" => "true";
    "now"() -> Datetime, Overload::Now, "-",
        "the time of the transaction or of the request", "now() > timestamp('2020-01-01T00:00:00Z')" => "true";
    "date"(Text) -> Date, Overload::ReadDate, "null",
        "the date that the text is; null if it is none", "date('2026-11-23') - date('2026-11-01')" => "22";
    "date"(Datetime, Zone)[1] -> Date, Overload::DayOf, "null",
        "the day of a time, in UTC or at an offset",
        "date(timestamp('2026-11-23T23:30:00Z'), '+01:00')" => "date('2026-11-24')";
    "timestamp"(Text) -> Datetime, Overload::ReadTime, "null",
        "the time that the text is (RFC 3339); null if it is none",
        "timestamp('2026-11-23T10:00:00+01:00')" => "timestamp('2026-11-23T09:00:00Z')";
    "timestamp"(Date) -> Datetime, Overload::Midnight, "null",
        "the beginning of a day in UTC", "timestamp(date('2026-11-23'))" => "timestamp('2026-11-23T00:00:00Z')";
    "duration"(Text) -> Duration, Overload::ReadDuration, "null",
        "a length of time in `h`, `m`, `s`, `ms`, `us`; null if the text is none",
        "duration('1h30m') > duration('89m')" => "true";
    "add_days"(Date, Integer) -> Date, Overload::AddDays, "null",
        "so many days later", "add_days(date('2026-11-23'), 10)" => "date('2026-12-03')";
    "add_days"(Datetime, Integer) -> Datetime, Overload::AddDaysToTime, "null",
        "so many times 24 hours later",
        "add_days(timestamp('2026-11-23T09:00:00Z'), -1)" => "timestamp('2026-11-22T09:00:00Z')";
    "add_months"(Date, Integer) -> Date, Overload::AddMonths, "null",
        "so many months later; at the latest the last day of the month",
        "add_months(date('2026-01-31'), 1)" => "date('2026-02-28')";
    "add_months"(Datetime, Integer) -> Datetime, Overload::AddMonthsToTime, "null",
        "the same in UTC, at the same time of the day",
        "add_months(timestamp('2026-01-31T09:00:00Z'), 1)" => "timestamp('2026-02-28T09:00:00Z')";
    "getFullYear"(Date) -> Integer, Overload::DayPart(Part::FullYear), "null",
        "the year", "date('2026-11-23').getFullYear()" => "2026";
    "getFullYear"(Datetime, Zone)[1] -> Integer, Overload::TimePart(Part::FullYear), "null",
        "the year, in UTC or at an offset", "timestamp('2026-12-31T23:30:00Z').getFullYear('+01:00')" => "2027";
    "getMonth"(Date) -> Integer, Overload::DayPart(Part::Month), "null",
        "the month, from 0", "date('2026-11-23').getMonth()" => "10";
    "getMonth"(Datetime, Zone)[1] -> Integer, Overload::TimePart(Part::Month), "null",
        "the month, from 0", "timestamp('2026-11-23T09:00:00Z').getMonth()" => "10";
    "getDate"(Date) -> Integer, Overload::DayPart(Part::Date), "null",
        "the day of the month, from 1", "date('2026-11-23').getDate()" => "23";
    "getDate"(Datetime, Zone)[1] -> Integer, Overload::TimePart(Part::Date), "null",
        "the day of the month, from 1", "timestamp('2026-11-23T09:00:00Z').getDate()" => "23";
    "getDayOfMonth"(Date) -> Integer, Overload::DayPart(Part::DayOfMonth), "null",
        "the day of the month, from 0", "date('2026-11-23').getDayOfMonth()" => "22";
    "getDayOfMonth"(Datetime, Zone)[1] -> Integer, Overload::TimePart(Part::DayOfMonth), "null",
        "the day of the month, from 0", "timestamp('2026-11-23T09:00:00Z').getDayOfMonth()" => "22";
    "getDayOfWeek"(Date) -> Integer, Overload::DayPart(Part::DayOfWeek), "null",
        "the day of the week, from 0 for Sunday", "date('2026-11-23').getDayOfWeek()" => "1";
    "getDayOfWeek"(Datetime, Zone)[1] -> Integer, Overload::TimePart(Part::DayOfWeek), "null",
        "the day of the week, from 0 for Sunday", "timestamp('2026-11-23T09:00:00Z').getDayOfWeek()" => "1";
    "getDayOfYear"(Date) -> Integer, Overload::DayPart(Part::DayOfYear), "null",
        "the day of the year, from 0", "date('2026-02-01').getDayOfYear()" => "31";
    "getDayOfYear"(Datetime, Zone)[1] -> Integer, Overload::TimePart(Part::DayOfYear), "null",
        "the day of the year, from 0", "timestamp('2026-02-01T09:00:00Z').getDayOfYear()" => "31";
    "getHours"(Datetime, Zone)[1] -> Integer, Overload::TimePart(Part::Hours), "null",
        "the hour, in UTC or at an offset", "timestamp('2026-11-23T09:30:00Z').getHours('+05:30')" => "15";
    "getHours"(Duration) -> Integer, Overload::DurationPart(Part::Hours), "null",
        "all hours of a duration", "duration('36h30m').getHours()" => "36";
    "getMinutes"(Datetime, Zone)[1] -> Integer, Overload::TimePart(Part::Minutes), "null",
        "the minute", "timestamp('2026-11-23T09:30:00Z').getMinutes()" => "30";
    "getMinutes"(Duration) -> Integer, Overload::DurationPart(Part::Minutes), "null",
        "all minutes of a duration", "duration('1h30m').getMinutes()" => "90";
    "getSeconds"(Datetime, Zone)[1] -> Integer, Overload::TimePart(Part::Seconds), "null",
        "the second", "timestamp('2026-11-23T09:30:07Z').getSeconds()" => "7";
    "getSeconds"(Duration) -> Integer, Overload::DurationPart(Part::Seconds), "null",
        "all seconds of a duration", "duration('1m7s').getSeconds()" => "67";
    "getMilliseconds"(Datetime, Zone)[1] -> Integer, Overload::TimePart(Part::Milliseconds), "null",
        "the millisecond of the second", "timestamp('2026-11-23T09:30:07.250Z').getMilliseconds()" => "250";
    "getMilliseconds"(Duration) -> Integer, Overload::DurationPart(Part::Milliseconds), "null",
        "all milliseconds of a duration", "duration('1.5s').getMilliseconds()" => "1500";
}

/// The table as it stands in `docs/expressions.md`.
#[must_use]
pub fn table() -> String {
    let mut table = "| function | gives | null in | what | example |\n|---|---|---|---|---|\n".to_owned();
    for function in ALL {
        let Function { nulls, what, example, result, gives, .. } = function;
        let signature = function.signature();
        let example = example.replace('|', "\\|");
        table.push_str(&format!(
            "| `{signature}` | {} | {nulls} | {what} | `{example}` is `{result}` |\n",
            gives.word()
        ));
    }
    table
}
