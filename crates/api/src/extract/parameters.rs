//! Query strings, read strictly: every parameter is known, stands once and is what it
//! should be; every fault is gathered.

use std::str::FromStr;
use std::time::Duration;

use axum::extract::FromRequestParts;
use http::request::Parts;
use kith_engine::PositionText;
use kith_model::fault::{Code, Fault, Faults};

use crate::problem::Problem;
use crate::site::Site;

/// The parameters of a query string, as they are taken out one by one.
pub(crate) struct Parameters {
    pairs: Vec<(String, String)>,
    known: Vec<&'static str>,
    faults: Faults,
}

/// What a route asks of its query string.
pub(crate) trait Query: Sized {
    /// Takes out what the route knows; what is left is refused.
    fn read(parameters: &mut Parameters) -> Self;
}

/// The query of a route.
pub(crate) struct Asked<Q>(pub(crate) Q);

impl<Q: Query> FromRequestParts<Site> for Asked<Q> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &Site) -> Result<Self, Problem> {
        let mut parameters = Parameters::parse(parts.uri.query().unwrap_or_default())?;
        let query = Q::read(&mut parameters);
        parameters.finish()?;
        Ok(Self(query))
    }
}

/// A route that has no parameters.
impl Query for () {
    fn read(_: &mut Parameters) -> Self {}
}

impl Parameters {
    /// Splits and decodes a query string.
    pub(crate) fn parse(query: &str) -> Result<Self, Problem> {
        let mut pairs: Vec<(String, String)> = Vec::new();
        let mut faults = Faults::new();
        for part in query.split('&').filter(|part| !part.is_empty()) {
            let (name, value) = part.split_once('=').unwrap_or((part, ""));
            match (decode(name), decode(value)) {
                (Ok(name), Ok(value)) if pairs.iter().all(|(other, _)| *other != name) => {
                    pairs.push((name, value))
                }
                (Ok(name), Ok(_)) => faults.push(invalid(&name, "stands more than once")),
                (Ok(name), Err(problem)) => faults.push(invalid(&name, problem)),
                (Err(problem), _) => faults.push(invalid(name, problem)),
            }
        }
        if faults.is_empty() { Ok(Self { pairs, known: Vec::new(), faults }) } else { Err(faults.into()) }
    }

    /// A parameter's text.
    pub(crate) fn text(&mut self, name: &'static str) -> Option<String> {
        self.known.push(name);
        let index = self.pairs.iter().position(|(given, _)| given == name)?;
        Some(self.pairs.remove(index).1)
    }

    /// A parameter that parses.
    pub(crate) fn parsed<T: FromStr>(&mut self, name: &'static str, wanted: &str) -> Option<T> {
        let text = self.text(name)?;
        let parsed = text.parse().ok();
        if parsed.is_none() {
            self.faults.push(invalid(name, &format!("must be {wanted}")));
        }
        parsed
    }

    /// A number of items; how many are allowed the engine says.
    pub(crate) fn limit(&mut self) -> Option<u32> {
        self.parsed("limit", "a whole number from 1")
    }

    /// `true` or `false`; false when it is not there.
    pub(crate) fn flag(&mut self, name: &'static str) -> bool {
        self.parsed(name, "`true` or `false`").unwrap_or(false)
    }

    /// The number that tells apart what has, or had, the same name.
    pub(crate) fn number(&mut self) -> Option<u32> {
        self.parsed("number", "a whole number, as in `GET /v1/schema/removed`")
    }

    /// One of a few words.
    pub(crate) fn word<T: Copy>(&mut self, name: &'static str, words: &[(&str, T)]) -> Option<T> {
        let text = self.text(name)?;
        let meant = words.iter().find(|(word, _)| *word == text).map(|(_, meaning)| *meaning);
        if meant.is_none() {
            let list: Vec<String> = words.iter().map(|(word, _)| format!("`{word}`")).collect();
            self.faults.push(invalid(name, &format!("must be {}", list.join(" or "))));
        }
        meant
    }

    /// Names separated by commas.
    pub(crate) fn names(&mut self, name: &'static str) -> Vec<String> {
        let Some(text) = self.text(name) else { return Vec::new() };
        let names: Vec<String> = text.split(',').map(str::trim).map(str::to_owned).collect();
        if names.iter().any(String::is_empty) {
            self.faults.push(invalid(name, "must be names separated by commas"));
        }
        names
    }

    /// A position.
    pub(crate) fn position(&mut self, name: &'static str) -> Option<PositionText> {
        let text = self.text(name)?;
        text.parse().map_err(|fault: Fault| self.faults.push(fault.at(name))).ok()
    }

    /// A duration such as `30s` or `500ms`, up to a greatest one; seconds without a unit.
    pub(crate) fn duration(&mut self, name: &'static str, most: Duration) -> Duration {
        let Some(text) = self.text(name) else { return Duration::ZERO };
        let duration = duration(&text).filter(|duration| *duration <= most);
        duration.unwrap_or_else(|| {
            let message =
                format!("must be a duration such as `30s` or `500ms`, at most `{}s`", most.as_secs());
            self.faults.push(invalid(name, &message));
            Duration::ZERO
        })
    }

    /// Everything that is left, for routes that pass it on.
    pub(crate) fn rest(&mut self) -> Vec<(String, String)> {
        std::mem::take(&mut self.pairs)
    }

    /// Refuses what is left, and says everything that was wrong.
    pub(crate) fn finish(self) -> Result<(), Problem> {
        let Self { pairs, known, mut faults } = self;
        for (name, _) in pairs {
            let fault = invalid(&name, "is not a parameter of this request");
            faults.push(fault.did_you_mean(&name, known.iter().copied()));
        }
        if faults.is_empty() { Ok(()) } else { Err(faults.into()) }
    }
}

fn invalid(name: &str, problem: &str) -> Fault {
    let shown: String = name.chars().take(100).collect();
    Fault::new(Code::InvalidParameter, format!("`{shown}` {problem}")).at(&shown)
}

/// Decodes one name or value of a query string.
fn decode(text: &str) -> Result<String, &'static str> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        match byte {
            b'+' => bytes.push(b' '),
            b'%' => {
                let mut digit = || rest.next().and_then(|digit| char::from(digit).to_digit(16));
                let (Some(high), Some(low)) = (digit(), digit()) else {
                    return Err("is not percent-encoded");
                };
                // Two hexadecimal digits are one byte.
                bytes.push(u8::try_from(high * 16 + low).unwrap_or_default());
            }
            byte => bytes.push(byte),
        }
    }
    match String::from_utf8(bytes) {
        Ok(text) if text.contains('\0') => Err("holds U+0000"),
        Ok(text) => Ok(text),
        Err(_) => Err("is not UTF-8"),
    }
}

fn duration(text: &str) -> Option<Duration> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let number: u64 = text[..digits].parse().ok()?;
    match &text[digits..] {
        "" | "s" => Some(Duration::from_secs(number)),
        "ms" => Some(Duration::from_millis(number)),
        "m" => Some(Duration::from_secs(number.checked_mul(60)?)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusals(query: &str, read: impl FnOnce(&mut Parameters)) -> Vec<String> {
        let problem = match Parameters::parse(query) {
            Ok(mut parameters) => {
                read(&mut parameters);
                parameters.finish().unwrap_err()
            }
            Err(problem) => problem,
        };
        let document: serde_json::Value = serde_json::from_str(&problem.document("request")).unwrap();
        document["errors"]
            .as_array()
            .unwrap()
            .iter()
            .map(|error| error["detail"].as_str().unwrap().to_owned())
            .collect()
    }

    #[test]
    fn takes_what_is_there() {
        let mut given =
            Parameters::parse("limit=10&e%2Dmail=a%2Bb+c&wait=1500ms&hard=true&object=a,%20b&x").unwrap();
        assert_eq!(given.limit(), Some(10));
        assert_eq!(given.duration("wait", Duration::from_secs(60)), Duration::from_millis(1500));
        assert!(given.flag("hard"));
        assert_eq!(given.names("object"), ["a", "b"]);
        assert_eq!(
            given.rest(),
            [("e-mail".to_owned(), "a+b c".to_owned()), ("x".to_owned(), String::new())]
        );
        given.finish().unwrap();
    }

    #[test]
    fn refuses_everything_that_is_wrong_at_once() {
        let found = refusals("limit=-1&wait=2m&hard=yes&limt=3", |given| {
            given.limit();
            given.duration("wait", Duration::from_secs(60));
            given.flag("hard");
        });
        assert_eq!(
            found,
            [
                "`limit` must be a whole number from 1",
                "`wait` must be a duration such as `30s` or `500ms`, at most `60s`",
                "`hard` must be `true` or `false`",
                "`limt` is not a parameter of this request",
            ]
        );
    }

    #[test]
    fn refuses_what_cannot_be_decoded() {
        assert_eq!(refusals("a=1&a=2", |_| {}), ["`a` stands more than once"]);
        assert_eq!(refusals("a=%zz", |_| {}), ["`a` is not percent-encoded"]);
        assert_eq!(refusals("a=%f", |_| {}), ["`a` is not percent-encoded"]);
        assert_eq!(refusals("a=%ff", |_| {}), ["`a` is not UTF-8"]);
        assert_eq!(refusals("a=%00", |_| {}), ["`a` holds U+0000"]);
    }

    #[test]
    fn reads_durations() {
        assert_eq!(duration("30"), Some(Duration::from_secs(30)));
        assert_eq!(duration("1m"), Some(Duration::from_secs(60)));
        for text in ["", "s", "-1s", "1h", "1.5s", "99999999999999999999s", "1 s"] {
            assert_eq!(duration(text), None, "{text}");
        }
    }
}
