//! The table of functions: every row is true, and the documentation has it.

use super::super::functions::{self, ALL};
use super::{NOW, compile, example};
use crate::expression::functions::is_property;
use crate::value::Value;

#[test]
fn every_example_gives_its_result() {
    for function in ALL {
        let (example_text, result) = (function.example, function.result);
        let comparison = compile(&format!("({example_text}) == ({result})"));
        let found = comparison.evaluate(&example(), &NOW);
        assert_eq!(found, Ok(Value::Boolean(true)), "{example_text}");
        let name = if is_property(function.name) {
            format!(".{}", function.name)
        } else {
            format!("{}(", function.name)
        };
        assert!(example_text.contains(&name), "{example_text}");
    }
}

/// Null is put into the place of each argument in turn.
#[test]
fn every_function_gives_null_for_null_unless_it_says_otherwise() {
    use super::super::functions::Takes;
    let null = |takes: Takes| match takes {
        Takes::Text => Some("budget.currency"),
        Takes::Number | Takes::Integer => Some("int(budget.amount)"),
        Takes::Money | Takes::NumberOrMoney | Takes::Ordered => Some("budget"),
        Takes::Plain => Some("budget.amount"),
        Takes::Date => Some("date(budget.currency)"),
        Takes::Datetime => Some("timestamp(budget.currency)"),
        Takes::Duration => Some("duration(budget.currency)"),
        _ => None,
    };
    for function in ALL.iter().filter(|function| function.nulls == "null") {
        let mut arguments = Vec::new();
        for place in 0..function.takes.len() {
            arguments.push(match function.takes[place] {
                Takes::Digits => "2",
                Takes::Pattern => "'a'",
                Takes::Zone => "'+01:00'",
                Takes::Texts => "tags",
                takes => null(takes).unwrap(),
            });
        }
        let call = match is_property(function.name) {
            true => format!("{}.{}", arguments[0], function.name),
            false => format!("{}({})", function.name, arguments.join(", ")),
        };
        let record = super::Example::default();
        let found = compile(&format!("({call}) == null")).evaluate(&record, &NOW);
        assert_eq!(found, Ok(Value::Boolean(true)), "{call}");
    }
}

#[test]
fn the_documentation_has_the_table() {
    let documentation = include_str!("../../../../../docs/expressions.md");
    let table = functions::table();
    assert!(documentation.contains(&table), "put this table into docs/expressions.md:\n{table}");
}

/// Every example in a block of `cel` compiles, over the fields that the text describes.
#[test]
fn examples_in_the_documentation_compile() {
    let documentation = include_str!("../../../../../docs/expressions.md");
    let blocks: Vec<&str> =
        documentation.split("```cel\n").skip(1).filter_map(|rest| rest.split("```").next()).collect();
    assert!(blocks.len() >= 2);
    for block in blocks {
        for line in block.lines().filter(|line| !line.trim().is_empty()) {
            compile(line);
        }
    }
}
