//! The functions. Their types were checked; null in is null out, but for those that say
//! otherwise in the table.

use std::borrow::Cow;

use super::operate::{self, same_currency};
use super::{Evaluated, Evaluation};
use crate::decimal::Decimal;
use crate::expression::calendar;
use crate::expression::datum::Datum;
use crate::expression::number::Number;
use crate::expression::overload::Overload;
use crate::expression::tree::NodeId;
use crate::expression::trouble::Trouble;
use crate::limits::EXPRESSION_TEXT_MAX;
use crate::time::{Date, Timestamp};
use crate::value::{Currency, Money};

impl<'e> Evaluation<'e> {
    pub(super) fn call(&mut self, overload: Overload, arguments: &[NodeId]) -> Evaluated<'e> {
        match overload {
            Overload::Coalesce => return self.coalesce(arguments),
            Overload::Has => {
                let has = !self.value(arguments[0])?.is_null();
                return Ok(Datum::Boolean(has));
            }
            _ => {}
        }
        let mut values = Vec::with_capacity(arguments.len());
        for argument in arguments {
            values.push(self.value(*argument)?);
        }
        if values.iter().any(Datum::is_null) {
            return Ok(Datum::Null);
        }
        match overload {
            Overload::Least => extreme(values, false),
            Overload::Greatest => extreme(values, true),
            Overload::Now => Ok(Datum::Datetime(self.now)),
            Overload::Today => calendar::day_of(self.now, 0).map(Datum::Date),
            _ => {
                let mut rest = values.into_iter();
                match rest.next() {
                    Some(first) => self.apply(overload, first, rest.next(), rest.next()),
                    None => Ok(Datum::Null),
                }
            }
        }
    }

    fn coalesce(&mut self, arguments: &[NodeId]) -> Evaluated<'e> {
        for argument in arguments {
            let value = self.value(*argument)?;
            if !value.is_null() {
                return Ok(value);
            }
        }
        Ok(Datum::Null)
    }

    fn apply(
        &mut self,
        overload: Overload,
        first: Datum<'e>,
        second: Option<Datum<'e>>,
        third: Option<Datum<'e>>,
    ) -> Evaluated<'e> {
        match (first, second) {
            (Datum::Text(text), second) => self.of_text(overload, text, second, third),
            (Datum::Texts(items), Some(Datum::Text(between))) => {
                let length: usize = items.iter().map(|item| item.len() + between.len()).sum();
                if length > 8 * EXPRESSION_TEXT_MAX {
                    return Err(Trouble::Text);
                }
                self.made(items.join(&between))
            }
            (Datum::Texts(items), _) => Ok(integer(items.len())),
            (Datum::Money(money), second) => of_money(overload, money, second),
            (Datum::Date(day), second) => of_date(overload, day, second),
            (Datum::Datetime(at), second) => of_time(overload, at, second),
            (Datum::Duration(micros), _) => Ok(match overload {
                Overload::DurationPart(part) => {
                    calendar::part_of_duration(part, micros).map_or(Datum::Null, Datum::Integer)
                }
                _ => Datum::Null,
            }),
            (Datum::Boolean(truth), _) => Ok(text(if truth { "true" } else { "false" })),
            (first, second) => of_number(overload, first, second),
        }
    }

    fn of_text(
        &mut self,
        overload: Overload,
        given: Cow<'e, str>,
        second: Option<Datum<'e>>,
        third: Option<Datum<'e>>,
    ) -> Evaluated<'e> {
        let part = match &second {
            Some(Datum::Text(part)) => part.as_ref(),
            _ => "",
        };
        Ok(match overload {
            Overload::Size => integer(given.chars().count()),
            Overload::StartsWith => Datum::Boolean(given.starts_with(part)),
            Overload::EndsWith => Datum::Boolean(given.ends_with(part)),
            Overload::Contains => Datum::Boolean(given.contains(part)),
            Overload::Lower => return self.made(given.to_lowercase()),
            Overload::Upper => return self.made(given.to_uppercase()),
            Overload::Trim => return self.made(given.trim().to_owned()),
            Overload::ToText => Datum::Text(given),
            Overload::Substring => return self.made(substring(&given, second.as_ref(), third.as_ref())),
            Overload::Replace => {
                let Some(Datum::Text(with)) = third else { return Ok(Datum::Null) };
                return match replaced(&given, part, &with)? {
                    Some(text) => self.made(text),
                    None => Ok(Datum::Text(given)),
                };
            }
            Overload::ReadInteger => read_integer(&given).map_or(Datum::Null, Datum::Integer),
            Overload::ReadDecimal => {
                let digits = match second {
                    Some(Datum::Integer(digits)) => u8::try_from(digits).unwrap_or(0),
                    _ => 0,
                };
                Decimal::parse(&given, digits).map_or(Datum::Null, Datum::Decimal)
            }
            Overload::ReadDate => Date::parse(&given).map_or(Datum::Null, Datum::Date),
            Overload::ReadTime => Timestamp::parse(&given).map_or(Datum::Null, Datum::Datetime),
            Overload::ReadDuration => calendar::parse_duration(&given).map_or(Datum::Null, Datum::Duration),
            _ => Datum::Null,
        })
    }
}

fn integer(count: usize) -> Datum<'static> {
    Datum::Integer(i64::try_from(count).unwrap_or(i64::MAX))
}

fn text<'e>(text: impl ToString) -> Datum<'e> {
    Datum::Text(Cow::Owned(text.to_string()))
}

/// An integer as JSON writes it; nothing else, so that both databases agree.
fn read_integer(text: &str) -> Option<i64> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    digits.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok()).flatten()
}

/// Places are counted in characters; those outside the text are its ends.
fn substring(text: &str, from: Option<&Datum<'_>>, to: Option<&Datum<'_>>) -> String {
    let place = |datum: Option<&Datum<'_>>, otherwise: usize| match datum {
        Some(Datum::Integer(place)) => usize::try_from((*place).max(0)).unwrap_or(usize::MAX),
        _ => otherwise,
    };
    let (from, to) = (place(from, 0), place(to, usize::MAX));
    text.chars().skip(from).take(to.saturating_sub(from)).collect()
}

/// `None` when nothing is to be replaced.
fn replaced(text: &str, part: &str, with: &str) -> Result<Option<String>, Trouble> {
    if part.is_empty() {
        return Ok(None);
    }
    let count = text.matches(part).count();
    // Asked before it is made: a replacement can be far longer than what it replaces.
    if text.len().saturating_add(count.saturating_mul(with.len())) > 8 * EXPRESSION_TEXT_MAX {
        return Err(Trouble::Text);
    }
    Ok((count > 0).then(|| text.replace(part, with)))
}

fn extreme<'e>(values: Vec<Datum<'e>>, greatest: bool) -> Evaluated<'e> {
    let mut values = values.into_iter();
    let Some(mut found) = values.next() else { return Ok(Datum::Null) };
    for value in values {
        same_currency(&found, &value)?;
        let is_further = match value.compare(&found) {
            Some(order) => {
                if greatest {
                    order.is_gt()
                } else {
                    order.is_lt()
                }
            }
            None => false,
        };
        if is_further {
            found = value;
        }
    }
    Ok(found)
}

fn of_number<'e>(overload: Overload, first: Datum<'e>, second: Option<Datum<'e>>) -> Evaluated<'e> {
    let Some(number) = first.number() else { return Ok(Datum::Null) };
    Ok(match (overload, &first, second) {
        (Overload::ToText, Datum::Integer(integer), _) => text(integer),
        (Overload::ToText, Datum::Decimal(decimal), _) => text(decimal),
        (Overload::Truncate, ..) => Datum::Integer(number.truncated()),
        (Overload::Floor, ..) => Datum::Integer(number.floor()),
        (Overload::Ceiling, ..) => Datum::Integer(number.ceiling()),
        (Overload::Round, ..) => Datum::Integer(number.rounded()),
        (Overload::RoundTo, Datum::Decimal(decimal), Some(Datum::Integer(digits))) => {
            Datum::Decimal(rounded(*decimal, digits)?)
        }
        (Overload::ToDecimal, Datum::Integer(_), _) => Datum::Decimal(number.at_scale(0)?),
        (Overload::Absolute, ..) if number.compare(Number::of(0)).is_lt() => return operate::negative(first),
        (Overload::Money, _, Some(Datum::Text(code))) => match (Currency::known(&code), first) {
            (Some(currency), Datum::Decimal(amount)) => Datum::Money(Money { amount, currency }),
            (Some(currency), _) => Datum::Money(Money { amount: number.at_scale(0)?, currency }),
            (None, _) => Datum::Null,
        },
        (Overload::Money, ..) => Datum::Null,
        // What is left gives the number as it is: `abs`, `round` of an integer.
        _ => first,
    })
}

fn rounded(decimal: Decimal, digits: i64) -> Result<Decimal, Trouble> {
    let digits = u8::try_from(digits).unwrap_or(u8::MAX);
    if digits >= decimal.scale() { Ok(decimal) } else { Number::from(decimal).at_scale(digits) }
}

fn of_money<'e>(overload: Overload, money: Money, second: Option<Datum<'e>>) -> Evaluated<'e> {
    Ok(match (overload, second) {
        (Overload::Amount, _) => Datum::Decimal(money.amount),
        (Overload::Currency, _) => text(money.currency.as_str()),
        (Overload::RoundTo, Some(Datum::Integer(digits))) => {
            Datum::Money(Money { amount: rounded(money.amount, digits)?, ..money })
        }
        (Overload::Absolute, _) if money.amount.unscaled() < 0 => {
            return operate::negative(Datum::Money(money));
        }
        _ => Datum::Money(money),
    })
}

fn of_date<'e>(overload: Overload, day: Date, second: Option<Datum<'e>>) -> Evaluated<'e> {
    Ok(match (overload, second) {
        (Overload::ToText, _) => text(day),
        (Overload::Midnight, _) => Datum::Datetime(calendar::midnight(day)?),
        (Overload::AddDays, Some(Datum::Integer(days))) => Datum::Date(calendar::add_days(day, days)?),
        (Overload::AddMonths, Some(Datum::Integer(months))) => {
            Datum::Date(calendar::add_months(day, months)?)
        }
        (Overload::DayPart(part), _) => calendar::part_of_day(part, day).map_or(Datum::Null, Datum::Integer),
        _ => Datum::Null,
    })
}

fn of_time<'e>(overload: Overload, at: Timestamp, second: Option<Datum<'e>>) -> Evaluated<'e> {
    let number = match second {
        Some(Datum::Integer(number)) => number,
        _ => 0,
    };
    Ok(match overload {
        Overload::ToText => text(at),
        Overload::DayOf => Datum::Date(calendar::day_of(at, number)?),
        Overload::AddDaysToTime => Datum::Datetime(calendar::add_days_to_time(at, number)?),
        Overload::AddMonthsToTime => Datum::Datetime(calendar::add_months_to_time(at, number)?),
        Overload::TimePart(part) => {
            calendar::part_of_time(part, at, number).map_or(Datum::Null, Datum::Integer)
        }
        _ => Datum::Null,
    })
}
