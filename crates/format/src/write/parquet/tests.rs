//! What is written as Parquet is read back with its types.

use bytes::Bytes;
use kith_model::value::{Value, render};
use parquet::file::reader::{FileReader as _, SerializedFileReader};
use parquet::record::Field;
use parquet::schema::printer::print_schema;
use proptest::collection::vec;
use proptest::prelude::{prop_assert_eq, proptest};
use serde_json::{Value as Json, json};

use super::ParquetRows;
use crate::write::tests::world::{NOW, World, row, values};
use crate::write::{FileFormat, Part, Shape, Writer};

fn write(world: &World, shape: Shape, rows: &[Vec<Value>]) -> SerializedFileReader<Bytes> {
    let (object, catalog) = (world.object.clone(), world.catalog.clone());
    let mut writer = Writer::new(FileFormat::Parquet, object, catalog, shape, Part::First).expect("a writer");
    let mut bytes = Vec::new();
    for (index, values) in rows.iter().enumerate() {
        writer.record(&row(index, values.clone()), NOW).expect("a record");
        bytes.extend(writer.take());
    }
    if shape == Shape::Changes {
        writer.deleted(row(rows.len(), Vec::new()).id).expect("a deletion");
    }
    bytes.extend(writer.finish().expect("the end"));
    SerializedFileReader::new(Bytes::from(bytes)).expect("a file")
}

/// The rows of a file, as the wire has their values.
fn read(file: &SerializedFileReader<Bytes>) -> Vec<Vec<(String, Json)>> {
    let rows = file.get_row_iter(None).expect("rows");
    let members = |row: parquet::record::Row| {
        row.get_column_iter().map(|(name, field)| (name.clone(), shown(field))).collect()
    };
    rows.map(|row| members(row.expect("a row"))).collect()
}

fn shown(field: &Field) -> Json {
    match field {
        Field::Null => Json::Null,
        Field::Bool(truth) => json!(truth),
        Field::Long(number) => json!(number),
        Field::Str(text) => json!(text),
        Field::Date(day) => json!(kith_model::time::Date(*day).to_string()),
        Field::TimestampMicros(at) => json!(kith_model::time::Timestamp(*at).to_string()),
        Field::Decimal(decimal) => {
            let bytes: [u8; 8] = decimal.data().try_into().expect("64 bits");
            let scale = u8::try_from(decimal.scale()).expect("a scale");
            let decimal = kith_model::decimal::Decimal::new(i64::from_be_bytes(bytes), scale);
            json!(decimal.expect("18 digits").to_string())
        }
        Field::Group(row) => {
            Json::Object(row.get_column_iter().map(|(name, field)| (name.clone(), shown(field))).collect())
        }
        Field::ListInternal(list) => Json::Array(list.elements().iter().map(shown).collect()),
        other => panic!("{other:?}"),
    }
}

fn wanted(world: &World, values: &[Value]) -> Vec<(String, Json)> {
    let fields = world.object.fields().iter().zip(values);
    let member = |(field, value): (&kith_model::catalog::Field, &Value)| {
        let shown = match value {
            Value::Json(text) => json!(text),
            value => render(field, value, &world.catalog),
        };
        (field.name.clone(), shown)
    };
    fields.map(member).collect()
}

proptest! {
    #[test]
    fn reads_back_what_was_written(drafts in vec(values(), 0..5)) {
        let world = World::new();
        let rows: Vec<Vec<Value>> = drafts.iter().map(|draft| world.checked(draft)).collect();
        let found = read(&write(&world, Shape::Records, &rows));
        prop_assert_eq!(found.len(), rows.len());
        for (index, (found, values)) in found.iter().zip(&rows).enumerate() {
            prop_assert_eq!(&found[0].1, &json!(world.id(index)));
            prop_assert_eq!(&found[2].1, &json!(NOW.to_string()));
            prop_assert_eq!(&found[7..], &*wanted(&world, values));
        }
    }
}

#[test]
fn has_exact_types() {
    let world = World::new();
    let file = write(&world, Shape::Records, &[world.example()]);
    let mut printed = Vec::new();
    print_schema(&mut printed, file.metadata().file_metadata().schema());
    let printed = String::from_utf8(printed).expect("text");
    for line in [
        "REQUIRED BYTE_ARRAY id (STRING);",
        "REQUIRED INT64 created_at (TIMESTAMP(MICROS,true));",
        "OPTIONAL BYTE_ARRAY long_text (STRING);",
        "OPTIONAL INT64 integer (INTEGER(64,true));",
        "OPTIONAL INT64 decimal (DECIMAL(18,4));",
        "OPTIONAL group currency {\n    REQUIRED INT64 amount (DECIMAL(18,2));\n    REQUIRED BYTE_ARRAY currency (STRING);\n  }",
        "OPTIONAL BOOLEAN boolean;",
        "OPTIONAL INT32 date (DATE);",
        "OPTIONAL group multi_select (LIST) {\n    REPEATED group list {\n      REQUIRED BYTE_ARRAY element (STRING);",
        "OPTIONAL BYTE_ARRAY json (JSON);",
    ] {
        assert!(printed.contains(line), "{line}\n{printed}");
    }
    let group = file.metadata().row_group(0);
    let has_statistics = |index: usize| group.column(index).statistics().is_some();
    assert!((0..7).all(has_statistics), "every column that can be ordered has its bounds");
}

#[test]
fn says_what_is_gone() {
    let world = World::new();
    let rows = read(&write(&world, Shape::Changes, &[world.example()]));
    let last = |row: &[(String, Json)]| row.last().cloned().expect("a member");
    assert_eq!(last(&rows[0]), ("$deleted".to_owned(), json!(false)));
    assert_eq!(last(&rows[1]), ("$deleted".to_owned(), json!(true)));
    assert_eq!(rows[1][0].1, json!(world.id(1)));
    assert!(rows[1][1..rows[1].len() - 1].iter().all(|(_, value)| value.is_null()), "{:?}", rows[1]);
}

#[test]
fn ends_groups_before_they_outgrow_the_memory() {
    let world = World::new();
    let mut rows = ParquetRows::new(&world.object, Shape::Records).expect("a writer");
    let mut values = world.example();
    values[1] = Value::Text("x".repeat(100_000).into());
    for index in 0..400 {
        rows.record(&world.object, &row(index, values.clone()), &world.catalog).expect("a record");
    }
    let held: usize = rows.columns.iter().map(super::Column::bytes).sum();
    assert!(held < super::GROUP_BYTES_MAX, "{held}");
    let file = SerializedFileReader::new(Bytes::from(rows.finish().expect("the end"))).expect("a file");
    assert_eq!(file.metadata().num_row_groups(), 3);
    assert_eq!(file.metadata().file_metadata().num_rows(), 400);
}
