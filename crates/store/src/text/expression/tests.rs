//! Expressions in statements: their text, and that the database decides as the evaluator
//! does.

mod agreement;
mod records;
mod terms;

use kith_model::catalog::{Catalog, Definition, Field, FieldKind, Object, OnDelete, SelectOption};
use kith_model::expression::{Allowed, Expression, Surroundings};
use kith_model::id::{FieldNo, ObjectNo};
use kith_model::journal::SchemaVersion;
use kith_model::value::Cell;

use super::{Place, Unsupported, condition};
use crate::dialect::Dialect;

const COMPANY: ObjectNo = ObjectNo(1);
const DEAL: ObjectNo = ObjectNo(2);

fn options(values: &[&str]) -> Vec<SelectOption> {
    let option = |value: &&str| SelectOption { value: (*value).to_owned(), label: (*value).to_owned() };
    values.iter().map(option).collect()
}

fn definition(number: ObjectNo, name: &str, fields: Vec<(u32, &str, FieldKind)>) -> Definition {
    let field = |(number, name, kind)| Field::new(FieldNo(number), name, kind);
    Definition { fields: fields.into_iter().map(field).collect(), ..Definition::new(number, name, name) }
}

fn catalog() -> Catalog {
    let decimal = |precision, scale| FieldKind::Decimal { precision, scale, min: None, max: None };
    let reference = |to: &[ObjectNo]| FieldKind::Reference { to: to.to_vec(), on_delete: OnDelete::Clear };
    let text = |max_length| FieldKind::Text { max_length };
    let company = definition(COMPANY, "company", vec![(1, "name", text(100))]);
    let deal = definition(
        DEAL,
        "deal",
        vec![
            (10, "name", text(100)),
            (11, "title", text(100)),
            (12, "probability", FieldKind::Integer { min: Some(-100), max: Some(100) }),
            (13, "large", FieldKind::Integer { min: None, max: None }),
            (14, "rate", decimal(5, 2)),
            (15, "factor", decimal(6, 4)),
            (16, "amount", FieldKind::Currency { scale: 2, currencies: Vec::new() }),
            (17, "budget", FieldKind::Currency { scale: 2, currencies: Vec::new() }),
            (18, "stage", FieldKind::Select { options: options(&["new", "won", "é"]) }),
            (19, "tags", FieldKind::MultiSelect { options: options(&["a", "won", "é"]) }),
            (20, "day", FieldKind::Date),
            (21, "other_day", FieldKind::Date),
            (22, "at", FieldKind::Datetime),
            (23, "other_at", FieldKind::Datetime),
            (24, "open", FieldKind::Boolean),
            (25, "good", FieldKind::Boolean),
            (26, "company", reference(&[COMPANY])),
            (27, "party", reference(&[COMPANY, DEAL])),
            (28, "extra", FieldKind::Json),
        ],
    );
    Catalog::compile(SchemaVersion(1), [company, deal])
}

fn compile(catalog: &Catalog, source: &str) -> Option<Expression> {
    let deal = catalog.object(DEAL).unwrap().definition();
    let find = |number: ObjectNo| catalog.definition(number);
    let surroundings = Surroundings { object: deal, definitions: &find, allowed: Allowed::default() };
    Expression::compile(source, &surroundings).ok()
}

fn statement(
    dialect: Dialect<'_>,
    object: &Object,
    expression: &Expression,
) -> Result<(String, Vec<Cell<'static>>), Unsupported> {
    let place = Place {
        object: object.definition(),
        table: object.table(),
        name: "source",
        parameters: 0,
        reach: None,
    };
    let mut cells = Vec::new();
    let condition = condition(dialect, expression, place, &mut cells)?;
    let table = dialect.table(&object.table().name);
    let template =
        format!("select source.version from {table} as source where {condition} order by source.version");
    Ok((dialect.text(&template), cells))
}
/// The statements of both databases, with their values.
#[test]
fn conditions_bind_values_and_leave_columns_to_indexes() {
    let catalog = catalog();
    let object = catalog.object(DEAL).unwrap();
    let mut shown = String::new();
    for source in [
        "stage == 'won'",
        "stage != 'won'",
        "stage in ['won', null] && probability >= 12.5",
        "amount == money(12.5, 'EUR') || amount.amount > 1000",
        "!('won' in tags) && has(party)",
        "name.startsWith('a') ? day - date('2026-01-01') > 30 : company == 'company_00000000000000000000000001'",
        "trim(name) + string(probability) < title",
        "(at - created_at).getHours() > 48",
    ] {
        let expression = compile(&catalog, source).unwrap();
        shown.push_str(&format!("-- {source}\n"));
        for dialect in [Dialect::Sqlite, Dialect::Postgres { schema: "tenant_x" }] {
            let (sql, cells) = statement(dialect, object, &expression).unwrap();
            let (_, rest) = sql.split_once(" where ").unwrap();
            let (condition, _) = rest.rsplit_once(" order by").unwrap();
            shown.push_str(&format!("{condition}\n-- {cells:?}\n"));
        }
    }
    insta::assert_snapshot!(shown);
}

#[test]
fn what_could_be_decided_otherwise_is_not_written() {
    let catalog = catalog();
    let object = catalog.object(DEAL).unwrap();
    for source in [
        "large + 1 > 0",
        "amount.amount * 2 > 1",
        "rate / 3 > 1",
        "round(rate, 1) == 0.5",
        "amount > money(1, 'EUR')",
        "name.matches('^a')",
        "upper(name) == 'A'",
        "at.getHours('+02:00') == 3",
        "tags.exists(t, t == 'a')",
        "extra == extra",
        "tags == ['a']",
        "at + duration('1h') > created_at",
    ] {
        let expression = compile(&catalog, source).unwrap();
        for dialect in [Dialect::Sqlite, Dialect::Postgres { schema: "t" }] {
            assert_eq!(statement(dialect, object, &expression), Err(Unsupported), "{source}");
        }
    }
}
