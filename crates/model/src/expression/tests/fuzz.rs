//! Nothing that can be written makes Kith panic, and what compiles can be evaluated.

use proptest::prelude::*;

use super::{EVERYTHING, Example, NOW, compile_as, example};
use crate::value::Value;

fn try_all(source: &str) {
    let Ok(expression) = compile_as(source, EVERYTHING) else { return };
    for record in [example(), Example::default()] {
        let value = expression.evaluate(&record, &NOW);
        let truth = expression.evaluate_bool(&record, &NOW);
        if let (Ok(Value::Boolean(value)), Ok(truth)) = (value, truth) {
            assert_eq!(truth, Some(value));
        }
    }
    for name in expression.names() {
        // A renamed field is no field of the fixture, but the text is still well formed.
        let renamed = expression.renamed(name.object, name.field, "renamed");
        if let Some(Err(faults)) = renamed.map(|text| compile_as(&text, EVERYTHING)) {
            assert!(
                faults.iter().all(|fault| fault.message.contains("has no field `renamed`")),
                "{faults:?}"
            );
        }
    }
}

const TOKENS: &str = "name amount rate probability stage tags close_date seen_at open company party old . . ( ) ( ) [ \
    ] , + - * / % == != < in && || ! ? : 1 0 2.50 'won' 'é' null true size round coalesce min money \
    'EUR' currency exists t `t` date today now duration '1h' ' \" \\ // 9223372036854775807 matches \
    '^a'";

fn token() -> impl Strategy<Value = &'static str> {
    prop::sample::select(TOKENS.split(' ').collect::<Vec<_>>())
}

/// What a part of a term gives.
#[derive(Clone, Copy)]
enum Sort {
    Truth,
    Number,
    Text,
    Money,
    Day,
    Time,
}

/// The leaves of each sort, and how its terms are put together.
const TRUTH: [&str; 2] = [
    "open; true; null; old.open; has(budget); 'hot' in tags",
    "(? && ?); (? || ?); !?; (# < #); (# == #); ($ != $); ($ >= $); (€ > €); (@ <= @); (% == %); \
    (# in [#, #]); $.contains($); tags.exists(t, t == $); (? ¿ ? : ?); ((% - %) > duration('1h')); \
    $.matches('^[a-z]+')",
];
const NUMBER: [&str; 2] = [
    "probability; rate; 0; 7; 2.50; -1; 999999999999999999; 9223372036854775807; null",
    "(# + #); (# - #); (# * #); (# / #); -#; abs(#); round(#, 2); floor(#); min(#, #); \
    coalesce(#, #); size($); int($); €.amount; (@ - @); (? ¿ # : #); getHours(% - %); \
    (int(#) ÷ int(#)); decimal($, 2); @.getMonth()",
];
const TEXT: [&str; 2] = [
    "name; stage; 'won'; 'é'; ''; owner; company.industry; old.title; null",
    "($ + $); upper($); trim($); $.substring(int(#), int(#)); replace($, $, $); string(#); \
    string(@); string(%); €.currency; (? ¿ $ : $); coalesce($, $); tags.join($)",
];
const MONEY: [&str; 2] = [
    "amount; budget; money(1, 'EUR'); money(2.5, 'USD')",
    "(€ + €); (€ - €); (€ * #); (€ / #); -€; round(€, 2); max(€, €); money(#, $)",
];
const DAY: [&str; 2] = [
    "close_date; today(); date('2024-02-29')",
    "add_days(@, int(#)); add_months(@, int(#)); date(%); date(%, '-09:30'); date($); min(@, @)",
];
const TIME: [&str; 2] = [
    "seen_at; now(); created_at",
    "add_days(%, int(#)); timestamp(@); (% + duration('36h')); (% + (% - %)); timestamp($)",
];

/// A term that is mostly well typed: each byte chooses what stands next. `#` stands for a
/// number, `?` for a truth, `$` for a text, `€` for money, `@` for a day, `%` for a time.
fn term(sort: Sort, bytes: &mut impl Iterator<Item = u8>, depth: usize) -> String {
    let [leaves, shapes] = match sort {
        Sort::Truth => TRUTH,
        Sort::Number => NUMBER,
        Sort::Text => TEXT,
        Sort::Money => MONEY,
        Sort::Day => DAY,
        Sort::Time => TIME,
    };
    let (leaves, shapes): (Vec<&str>, Vec<&str>) =
        (leaves.split("; ").collect(), shapes.split("; ").collect());
    let byte = usize::from(bytes.next().unwrap_or(0));
    if depth == 0 || byte < 64 {
        return leaves[byte % leaves.len()].to_owned();
    }
    let mut text = String::new();
    for sign in shapes[byte % shapes.len()].chars() {
        let sort = match sign {
            '?' => Sort::Truth,
            '#' => Sort::Number,
            '$' => Sort::Text,
            '€' => Sort::Money,
            '@' => Sort::Day,
            '%' => Sort::Time,
            // The same signs where they stand for themselves.
            '¿' => {
                text.push('?');
                continue;
            }
            '÷' => {
                text.push('%');
                continue;
            }
            plain => {
                text.push(plain);
                continue;
            }
        };
        text.push_str(&term(sort, bytes, depth - 1));
    }
    text
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    #[test]
    fn any_text_is_refused_or_evaluated(source in any::<String>()) {
        try_all(&source);
    }

    #[test]
    fn any_tokens_are_refused_or_evaluated(tokens in prop::collection::vec(token(), 0..40), blanks: bool) {
        try_all(&tokens.join(if blanks { " " } else { "" }));
    }

    #[test]
    fn any_term_is_refused_or_evaluated(bytes in prop::collection::vec(any::<u8>(), 0..60), sort in 0..6_usize) {
        let sorts = [Sort::Truth, Sort::Number, Sort::Text, Sort::Money, Sort::Day, Sort::Time];
        try_all(&term(sorts[sort], &mut bytes.into_iter(), 6));
    }

    #[test]
    fn any_pattern_is_refused_or_matched(pattern in "[a-c\\\\\\[\\](){}*+?|^$.,0-9-]{0,24}", text in "[a-c0-9.\n]{0,12}") {
        let quoted = pattern.replace('\\', "\\\\");
        if let Ok(expression) = compile_as(&format!("name.matches('{quoted}')"), EVERYTHING) {
            let record = Example::default().with(20, super::words(&text));
            prop_assert!(expression.evaluate_bool(&record, &NOW).unwrap().is_some());
        }
    }
}
