//! The type of a column, by what all of its values can be.

use serde_json::{Map, Value as Json, json};

use crate::catalog::{Catalog, Field, FieldKind};
use crate::id::FieldNo;
use crate::import::mapping::{NumberForm, TimeRule};
use crate::import::{number, when};
use crate::limits::{OPTION_LENGTH_MAX, TEXT_LENGTH_DEFAULT};
use crate::time::{Date, Timestamp};
use crate::value;

/// A column with more different values is not a choice.
const OPTIONS_GUESSED_MAX: usize = 20;

/// Values must come back this often on average for their column to be a choice.
const REPEATS_MIN: usize = 4;

/// Dates that are written otherwise than Kith does, the likeliest first.
const DATES: [&str; 8] =
    ["%d.%m.%Y", "%d-%m-%Y", "%d/%m/%Y", "%m/%d/%Y", "%Y/%m/%d", "%Y.%m.%d", "%d %b %Y", "%b %d, %Y"];

/// Times that are written otherwise, the likeliest first; those without an offset are
/// taken for UTC, and that is said.
const TIMES: [(&str, bool); 7] = [
    ("%Y-%m-%dT%H:%M:%S%.f%z", true),
    ("%Y-%m-%d %H:%M:%S%.f%z", true),
    ("%Y-%m-%dT%H:%M:%S%.f", false),
    ("%Y-%m-%d %H:%M:%S%.f", false),
    ("%Y-%m-%d %H:%M", false),
    ("%d.%m.%Y %H:%M", false),
    ("%m/%d/%Y %H:%M", false),
];

/// Numbers that are written otherwise.
const NUMBERS: [NumberForm; 3] = [
    NumberForm { decimal: '.', group: Some(','), scale: 0 },
    NumberForm { decimal: ',', group: Some('.'), scale: 0 },
    NumberForm { decimal: ',', group: Some(' '), scale: 0 },
];

/// The type of a column, with what its definition and its mapping say beside it.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Guess {
    pub(super) kind: &'static str,
    pub(super) definition: Map<String, Json>,
    pub(super) rule: Map<String, Json>,
    pub(super) note: Option<String>,
}

impl Guess {
    fn of(kind: &'static str) -> Self {
        Self { kind, definition: Map::new(), rule: Map::new(), note: None }
    }

    fn defined(mut self, member: &str, value: Json) -> Self {
        self.definition.insert(member.to_owned(), value);
        self
    }

    fn ruled(mut self, member: &str, value: Json) -> Self {
        self.rule.insert(member.to_owned(), value);
        self
    }

    fn noted(mut self, note: String) -> Self {
        self.note = Some(note);
        self
    }
}

/// The type that all of a column's values can have; `different` are the same values, each
/// once. There is at least one.
pub(super) fn guess(values: &[&str], different: &[&str]) -> Guess {
    let found = boolean(different)
        .or_else(|| numbers(different))
        .or_else(|| date(different))
        .or_else(|| time(different))
        .or_else(|| address(different));
    found.unwrap_or_else(|| text(values, different))
}

fn boolean(different: &[&str]) -> Option<Guess> {
    let lower: Vec<String> = different.iter().map(|value| value.to_lowercase()).collect();
    let is_among = |words: &[&str]| lower.iter().all(|value| words.contains(&value.as_str()));
    if is_among(&["true", "false"]) {
        return Some(Guess::of("boolean"));
    }
    let is_yes_or_no = is_among(&["yes", "no"]) || is_among(&["y", "n"]);
    is_yes_or_no.then(|| {
        let values: Map<String, Json> = different
            .iter()
            .map(|value| ((*value).to_owned(), json!(value.to_lowercase().starts_with('y'))))
            .collect();
        Guess::of("boolean").ruled("values", Json::Object(values))
    })
}

fn numbers(different: &[&str]) -> Option<Guess> {
    // A zero in front means something: such a value is a code and no number.
    let is_code = |value: &&str| {
        let digits = value.trim_start_matches('-');
        digits.starts_with('0') && digits.len() > 1 && !digits.starts_with("0.") && !digits.starts_with("0,")
    };
    if different.iter().any(is_code) {
        return None;
    }
    let is_plain = |value: &&str| {
        let digits = value.strip_prefix('-').unwrap_or(value);
        !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())
    };
    if different.iter().all(|value| is_plain(value) && value.parse::<i64>().is_ok()) {
        return Some(Guess::of("integer"));
    }
    let plain = NumberForm { decimal: '.', group: None, scale: 0 };
    std::iter::once(plain).chain(NUMBERS).find_map(|form| decimals(different, form))
}

fn decimals(different: &[&str], form: NumberForm) -> Option<Guess> {
    let is_grouped = |value: &str| match form.group {
        // Only groups of three are taken for such: `1,5` is no fifteen.
        Some(group) => {
            let whole = value.split(form.decimal).next().unwrap_or(value);
            whole.split(group).skip(1).all(|part| part.len() == 3)
        }
        None => true,
    };
    let plain: Option<Vec<String>> = different
        .iter()
        .map(|value| number::plain(&form, value).filter(|_| is_grouped(value) && !value.starts_with('+')))
        .collect();
    let digits = |text: &str| text.split_once('.').map_or(0, |(_, fraction)| fraction.len());
    let plain = plain?;
    let scale = plain.iter().map(|text| digits(text)).max().unwrap_or(0);
    let whole = plain.iter().map(|text| text.split('.').next().unwrap_or("").len()).max().unwrap_or(0);
    if scale > 9 || whole + scale > 18 {
        return None;
    }
    let guess = match scale {
        0 => Guess::of("integer"),
        scale => Guess::of("decimal").defined("precision", json!(18)).defined("scale", json!(scale)),
    };
    Some(match form.group {
        None => guess,
        Some(group) => guess.ruled("number", json!({"decimal": form.decimal, "group": group})),
    })
}

fn date(different: &[&str]) -> Option<Guess> {
    if different.iter().all(|value| Date::parse(value).is_some()) {
        return Some(Guess::of("date"));
    }
    let fits = |format: &&&str| different.iter().all(|value| when::date(format, value).is_some());
    let mut found = DATES.iter().filter(fits);
    let format = found.next()?;
    let guess = Guess::of("date").ruled("date", json!(format));
    Some(match found.next() {
        Some(other) => guess.noted(format!("`{other}` fits as well: say which it is")),
        None => guess,
    })
}

fn time(different: &[&str]) -> Option<Guess> {
    if different.iter().all(|value| Timestamp::parse(value).is_some()) {
        return Some(Guess::of("datetime"));
    }
    TIMES.iter().find_map(|(format, has_offset)| {
        let offset_seconds = (!has_offset).then_some(0);
        let rule = TimeRule { format: (*format).to_owned(), offset_seconds };
        if !different.iter().all(|value| when::time(&rule, value).is_some()) {
            return None;
        }
        let guess = Guess::of("datetime").ruled("datetime", json!(format));
        Some(match has_offset {
            true => guess,
            false => guess
                .ruled("offset", json!("+00:00"))
                .noted("the times have no offset, and are taken for UTC".to_owned()),
        })
    })
}

fn address(different: &[&str]) -> Option<Guess> {
    let kinds = [("email", FieldKind::Email), ("url", FieldKind::Url), ("phone", FieldKind::Phone)];
    kinds.into_iter().find_map(|(name, kind)| {
        let field = Field::new(FieldNo(1), name, kind);
        let catalog = Catalog::default();
        let fits = |text: &&str| value::parse(&field, &json!(text), &catalog).is_ok();
        different.iter().all(fits).then(|| Guess::of(name))
    })
}

fn text(values: &[&str], different: &[&str]) -> Guess {
    let is_long = |text: &&str| {
        text.contains(['\r', '\n'])
            || text.chars().count() > usize::try_from(TEXT_LENGTH_DEFAULT).unwrap_or(usize::MAX)
    };
    if different.iter().any(is_long) {
        return Guess::of("long_text");
    }
    let is_choice = different.len() > 1
        && different.len() <= OPTIONS_GUESSED_MAX
        && values.len() >= different.len() * REPEATS_MIN
        && different.iter().all(|text| text.chars().count() <= OPTION_LENGTH_MAX)
        && !different.iter().any(|text| text.contains(char::is_control));
    if is_choice {
        return Guess::of("select").defined("options", json!(different));
    }
    Guess::of("text")
}
