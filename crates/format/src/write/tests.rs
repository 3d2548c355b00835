//! What is written is what a load reads: for random values of every type of field, and for
//! a few by sight.

pub(super) mod world;

use kith_model::catalog::Catalog;
use kith_model::fault::Fault;
use kith_model::value::{Value, parse};
use proptest::collection::vec;
use proptest::prelude::{prop_assert_eq, proptest};

use super::{FileFormat, Part, Shape, Writer};
use crate::{Assembled, Cells, Columns, CsvOptions, Empty, Format, Reader, assemble};
use world::{NOW, World, row, values};

fn write(world: &World, format: FileFormat, rows: &[Vec<Value>]) -> String {
    let (object, catalog) = (world.object.clone(), world.catalog.clone());
    let mut writer = Writer::new(format, object, catalog, Shape::Records, Part::First).expect("a writer");
    for (index, values) in rows.iter().enumerate() {
        writer.record(&row(index, values.clone()), NOW).expect("a record");
    }
    assert_eq!(writer.rows(), rows.len() as u64);
    let mut bytes = writer.take();
    bytes.extend(writer.finish().expect("the end"));
    String::from_utf8(bytes).expect("UTF-8")
}

fn read(world: &World, format: &Format, text: &str) -> Vec<Assembled> {
    let mut reader = Reader::new(format);
    reader.feed(text.as_bytes());
    reader.finish();
    let mut rows = Vec::new();
    while let Some(row) = reader.next() {
        let row = row.expect("a good row");
        rows.push(match row.cells {
            Cells::Csv(cells) => {
                let columns = Columns::of(reader.header().expect("a header"), &world.object, &world.catalog);
                columns.expect("known columns").assemble(&cells, Empty::Null).expect("good cells")
            }
            Cells::Json(members) => assemble(members, &world.object).expect("good members"),
        });
    }
    rows
}

/// The values that a row has for the fields that can be written.
fn parsed(world: &World, row: &Assembled) -> Result<Vec<Value>, Fault> {
    let catalog: &Catalog = &world.catalog;
    let fields = world.object.fields().iter().filter(|field| !field.is_read_only());
    fields.map(|field| parse(field, &row.record[&field.name], catalog)).collect()
}

fn written(world: &World, values: &[Value]) -> Vec<Value> {
    let fields = world.object.fields().iter().zip(values);
    fields.filter(|(field, _)| !field.is_read_only()).map(|(_, value)| value.clone()).collect()
}

proptest! {
    #[test]
    fn what_is_written_is_what_is_read(drafts in vec(values(), 1..5)) {
        let world = World::new();
        let rows: Vec<Vec<Value>> = drafts.iter().map(|draft| world.checked(draft)).collect();
        for (to, from) in [
            (FileFormat::Csv, Format::Csv(CsvOptions::default())),
            (FileFormat::JsonLines, Format::JsonLines),
        ] {
            let text = write(&world, to, &rows);
            let found = read(&world, &from, &text);
            prop_assert_eq!(found.len(), rows.len());
            for (index, (found, values)) in found.iter().zip(&rows).enumerate() {
                prop_assert_eq!(found.id.as_deref(), Some(&*world.id(index)));
                prop_assert_eq!(parsed(&world, found), Ok(written(&world, values)), "{}", text);
            }
        }
    }
}

#[test]
fn writes_each_type_as_it_is_documented() {
    let world = World::new();
    let rows = [world.example(), world.nothing()];
    let csv = "id,version,created_at,updated_at,created_by,updated_by,owner,text,long_text,integer,decimal,\
        currency,boolean,date,datetime,email,phone,url,select,multi_select,json,reference,auto_number,count,\
        sum\r\n\
        thing_00000000000000000000000000,1,2026-11-23T00:00:00.000000Z,2026-11-23T00:00:00.000000Z,system,\
        system,system,\"\",\"two\nlines, \"\"quoted\"\"\",9223372036854775807,12.1000,12.10 EUR,true,\
        2026-11-23,2026-11-23T09:30:00.000000Z,ada@example.com,+493012345,https://example.com/,b,a;b,\
        \"{\"\"a\"\":[1,null]}\",thing_00000000000000000000000000,T-0007,3,4.50 EUR\r\n\
        thing_00000000000000000000000001,1,2026-11-23T00:00:00.000000Z,2026-11-23T00:00:00.000000Z,system,\
        system,system,,,,,,,,,,,,,,,,,,\r\n";
    assert_eq!(write(&world, FileFormat::Csv, &rows), csv);
    let lines = write(&world, FileFormat::JsonLines, &rows);
    assert!(lines.contains("\"currency\":{\"amount\":\"12.10\",\"currency\":\"EUR\"}"), "{lines}");
    assert!(lines.contains("\"count\":3,\"sum\":{\"amount\":\"4.50\",\"currency\":\"EUR\"}}\n"), "{lines}");
    assert_eq!(lines.lines().count(), 2);
}

#[test]
fn lists_that_would_be_read_as_others_are_json() {
    let world = World::new();
    for (options, cell) in [
        (&["a", "b"][..], ",a;b,"),
        (&["x;y"], ",\"[\"\"x;y\"\"]\","),
        (&["[z"], ",\"[\"\"[z\"\"]\","),
        (&[], ",[],"),
    ] {
        let mut values = world.nothing();
        let slot = world.object.slot_named("multi_select").expect("a slot");
        values[slot] = Value::List(options.iter().map(|option| (*option).into()).collect());
        let text = write(&world, FileFormat::Csv, &[values.clone()]);
        assert!(text.contains(cell), "{text}");
        let row = read(&world, &Format::Csv(CsvOptions::default()), &text).remove(0);
        assert_eq!(parsed(&world, &row), Ok(written(&world, &values)));
    }
}

#[test]
fn files_of_changes_say_what_is_gone() {
    let world = World::new();
    let (object, catalog) = (world.object.clone(), world.catalog.clone());
    for (format, gone, last) in [
        (FileFormat::Csv, format!("{}{}true", world.id(1), ",".repeat(25)), ",$deleted"),
        (FileFormat::JsonLines, format!("{{\"id\":\"{}\",\"$deleted\":true}}", world.id(1)), "}"),
    ] {
        let new = |part| Writer::new(format, object.clone(), catalog.clone(), Shape::Changes, part);
        let mut writer = new(Part::First).expect("a writer");
        writer.record(&row(0, world.nothing()), NOW).expect("a record");
        let first = String::from_utf8(writer.finish().expect("the end")).expect("UTF-8");
        assert!(first.lines().next().expect("a line").ends_with(last), "{first}");
        let mut writer = new(Part::Next).expect("a writer");
        writer.deleted(row(1, Vec::new()).id).expect("a deletion");
        let next = String::from_utf8(writer.finish().expect("the end")).expect("UTF-8");
        assert_eq!(next.trim_end(), gone);
    }
}
