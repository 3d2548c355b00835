//! What records come to, group by group. Four selects stand one in the other: the
//! records' groups with bare sums and counts, those brought together exactly, the values
//! of the measures, and the page.

use kith_model::catalog::{Catalog, Object};
use kith_model::expression::{Given, Type};
use kith_model::query::{Aggregate, Function, Group, Measure, RESULT, ResultColumn};
use kith_model::value::{Cell, ColumnKind};

use super::RECORDS;
use super::after::after;
use super::term::Term;
use crate::dialect::{Dialect, SUM_MAX, Statement};
use crate::query::Grouping;
use crate::text::expression::{Place, Reach, Unsupported, condition, links, value};

/// What the groups are called in the statement.
const GROUPS: &str = "r";

/// A page of groups: the columns of the groups, one for each measure, and whether a sum
/// has too many digits.
pub(crate) fn groups(
    dialect: Dialect<'_>,
    catalog: &Catalog,
    object: &Object,
    grouping: &Grouping,
) -> Result<Statement, Unsupported> {
    let Grouping { object: _, condition: only, now, aggregate, after: place, limit } = grouping;
    let given = Given { now: *now };
    let mut cells = Vec::new();
    let mut bind = |cell: &Cell<'static>| match cell {
        Cell::Null => None,
        cell => {
            cells.push(cell.clone());
            Some(format!("${}", cells.len()))
        }
    };
    let places: Vec<Option<String>> = place.iter().flatten().map(&mut bind).collect();
    let reach = Reach::new(catalog, given);
    let records = Place {
        object: object.definition(),
        table: object.table(),
        name: RECORDS,
        parameters: 0,
        reach: Some(&reach),
    };
    let mut raw = Raw { dialect, records, cells: &mut cells, columns: Vec::new(), by: Vec::new() };
    for (index, group) in aggregate.groups.iter().enumerate() {
        raw.group(index, group)?;
    }
    for (index, measure) in aggregate.measures.iter().enumerate() {
        raw.measure(index, measure)?;
    }
    let Raw { columns, by, .. } = raw;
    let only = match only {
        Some(expression) => format!("\nwhere {}", condition(dialect, expression, records, &mut cells)?),
        None => String::new(),
    };
    let table = dialect.table(&object.table().name);
    let joins = reach.joins();
    let by = if by.is_empty() { String::new() } else { format!("\ngroup by {}", by.join(", ")) };
    // Without a column there would be no statement; nobody looks at this one.
    let columns = [columns, vec!["count(*) as many".to_owned()]].concat().join(", ");
    let inner = format!("select {columns}\nfrom {table} as {RECORDS}{joins}{only}{by}");
    let page = Page { dialect, aggregate, places, limit: *limit, given };
    page.around(&inner, cells)
}

/// The innermost select, as it is written.
struct Raw<'a> {
    dialect: Dialect<'a>,
    records: Place<'a>,
    cells: &'a mut Vec<Cell<'static>>,
    columns: Vec<String>,
    by: Vec<String>,
}

impl Raw<'_> {
    fn group(&mut self, index: usize, group: &Group) -> Result<(), Unsupported> {
        let texts = match group.of.kind() {
            Type::Record { .. } => links(self.dialect, &group.of, self.records)?,
            _ => vec![value(self.dialect, &group.of, self.records, self.cells)?],
        };
        for (place, text) in texts.into_iter().enumerate() {
            let text = match group.part {
                Some(part) => self.dialect.date_part(part, *group.of.kind() == Type::Datetime, &text),
                None => text,
            };
            self.columns.push(format!("{text} as g{index}_{place}"));
            self.by.push(text);
        }
        Ok(())
    }

    fn measure(&mut self, index: usize, measure: &Measure) -> Result<(), Unsupported> {
        let of = match &measure.of {
            None => "*".to_owned(),
            Some(of) => match of.kind() {
                Type::Record { .. } => match links(self.dialect, of, self.records)?.as_slice() {
                    [one] => one.clone(),
                    several => format!("coalesce({})", several.join(", ")),
                },
                _ => value(self.dialect, of, self.records, self.cells)?,
            },
        };
        let mut only = Vec::with_capacity(measure.conditions.len());
        for expression in &measure.conditions {
            only.push(condition(self.dialect, expression, self.records, self.cells)?);
        }
        let only =
            if only.is_empty() { String::new() } else { format!(" filter (where {})", only.join(" and ")) };
        let mut add = |text: String, name: &str| self.columns.push(format!("{text}{only} as {name}{index}"));
        match measure.function {
            Function::Count => add(format!("count({of})"), "v"),
            Function::CountDistinct => add(format!("count(distinct {of})"), "v"),
            Function::Least => add(format!("min({of})"), "v"),
            Function::Greatest => add(format!("max({of})"), "v"),
            Function::Sum | Function::Average => {
                match self.dialect {
                    // Billions and the rest: each half fits 64 bits.
                    Dialect::Sqlite => {
                        add(format!("sum({of} / 1000000000)"), "h");
                        add(format!("sum({of} % 1000000000)"), "l");
                    }
                    Dialect::Postgres { .. } => add(format!("sum(cast({of} as numeric))"), "h"),
                }
                if measure.function == Function::Average {
                    add(format!("count({of})"), "n");
                }
            }
        }
        Ok(())
    }
}

/// The selects around the innermost one.
struct Page<'a> {
    dialect: Dialect<'a>,
    aggregate: &'a Aggregate,
    places: Vec<Option<String>>,
    limit: u32,
    given: Given,
}

impl Page<'_> {
    fn around(&self, inner: &str, mut cells: Vec<Cell<'static>>) -> Result<Statement, Unsupported> {
        let result = self.aggregate.result.object(RESULT).ok_or(Unsupported)?;
        let table = result.table();
        let names: Vec<&str> = (0..self.aggregate.measures.len())
            .filter_map(|slot| table.columns.get(table.range(slot).start).map(|column| column.name.as_str()))
            .collect();
        let groups = self.group_names();
        let totals: Vec<String> = groups.iter().cloned().chain(self.totals()).collect();
        let (values, beyond) = self.values(&names);
        let values: Vec<String> = groups.iter().cloned().chain(values).chain([beyond]).collect();
        let shown: Vec<String> = groups
            .iter()
            .map(String::as_str)
            .chain(names.iter().copied())
            .chain(["beyond"])
            .map(|name| format!("{GROUPS}.{name}"))
            .collect();
        let mut conditions = Vec::new();
        if let Some(having) = &self.aggregate.having {
            let reach = Reach::new(&self.aggregate.result, self.given);
            let object = result.definition();
            let place = Place { object, table, name: GROUPS, parameters: 0, reach: Some(&reach) };
            conditions.push(condition(self.dialect, having, place, &mut cells)?);
        }
        let terms = self.terms(&names);
        if !self.places.is_empty() {
            conditions.extend(after(&terms, &self.places));
        }
        let only = if conditions.is_empty() {
            String::new()
        } else {
            format!("\nwhere {}", conditions.join(" and "))
        };
        let order: Vec<String> = terms.iter().map(Term::ordered).collect();
        let order = if order.is_empty() { String::new() } else { format!("\norder by {}", order.join(", ")) };
        cells.push(Cell::Integer(i64::from(self.limit)));
        let template = format!(
            "select {}\nfrom (\nselect {}\nfrom (\nselect {}\nfrom (\n{inner}\n) as raw\n) as total\n) as {GROUPS}{only}{order}\nlimit ${}",
            shown.join(", "),
            values.join(", "),
            totals.join(", "),
            cells.len(),
        );
        Ok(Statement { sql: self.dialect.text(&template), cells })
    }

    fn group_names(&self) -> Vec<String> {
        let groups = self.aggregate.groups.iter().enumerate();
        groups
            .flat_map(|(index, group)| (0..group.columns.len()).map(move |place| format!("g{index}_{place}")))
            .collect()
    }

    /// Sums of both halves; one of too many digits is a number beyond any.
    fn totals(&self) -> Vec<String> {
        let mut columns = Vec::new();
        for (index, measure) in self.aggregate.measures.iter().enumerate() {
            match measure.function {
                Function::Sum | Function::Average => {
                    columns.push(match self.dialect {
                        Dialect::Sqlite => format!(
                            "case when abs(h{index} + l{index} / 1000000000) > 1000000000 then {} \
                             else h{index} * 1000000000 + l{index} end as t{index}",
                            i64::MAX
                        ),
                        Dialect::Postgres { .. } => format!("h{index} as t{index}"),
                    });
                    if measure.function == Function::Average {
                        columns.push(format!("n{index}"));
                    }
                }
                Function::Count | Function::CountDistinct | Function::Least | Function::Greatest => {
                    columns.push(format!("v{index}"));
                }
            }
        }
        columns
    }

    /// The measures' values by their names, and whether one of them has too many digits.
    fn values(&self, names: &[&str]) -> (Vec<String>, String) {
        let mut columns = Vec::with_capacity(names.len());
        let mut beyond = vec!["false".to_owned()];
        let kinds = self.aggregate.measure_columns();
        for (index, ((measure, name), kind)) in
            self.aggregate.measures.iter().zip(names).zip(kinds).enumerate()
        {
            let scale = match kind {
                ColumnKind::Decimal { scale } => scale,
                _ => 0,
            };
            let text = match measure.function {
                Function::Sum => self.within(&format!("t{index}"), measure.of_scale, &mut beyond),
                Function::Average => {
                    let scales = (measure.of_scale, scale);
                    let (total, many) = (format!("t{index}"), format!("n{index}"));
                    let average = self.dialect.average_of(&total, &many, scales);
                    self.within(&average, scale, &mut beyond)
                }
                Function::Count | Function::CountDistinct | Function::Least | Function::Greatest => {
                    format!("v{index}")
                }
            };
            columns.push(format!("{text} as {name}"));
        }
        (columns, format!("({}) as beyond", beyond.join(" or ")))
    }

    /// A number of at most 18 digits, or null.
    fn within(&self, text: &str, scale: u8, beyond: &mut Vec<String>) -> String {
        let most = match self.dialect {
            Dialect::Sqlite => SUM_MAX.to_string(),
            Dialect::Postgres { .. } => {
                format!("cast({SUM_MAX} as numeric) / 1{}", "0".repeat(usize::from(scale)))
            }
        };
        beyond.push(format!("coalesce(abs({text}) > {most}, false)"));
        format!("case when abs({text}) > {most} then null else {text} end")
    }

    fn terms(&self, names: &[&str]) -> Vec<Term> {
        let mut terms = Vec::new();
        for sort in &self.aggregate.order {
            let (texts, is_never_null): (Vec<String>, bool) = match sort.of {
                ResultColumn::Group(index) => {
                    let count = self.aggregate.groups[index].columns.len();
                    ((0..count).map(|place| format!("g{index}_{place}")).collect(), false)
                }
                ResultColumn::Measure(index) => {
                    let is_count = matches!(
                        self.aggregate.measures[index].function,
                        Function::Count | Function::CountDistinct
                    );
                    (names.get(index).map(|name| (*name).to_owned()).into_iter().collect(), is_count)
                }
            };
            terms.extend(texts.into_iter().map(|text| Term {
                text: format!("{GROUPS}.{text}"),
                is_descending: sort.is_descending,
                is_null_first: sort.is_null_first,
                is_never_null,
            }));
        }
        terms
    }
}
