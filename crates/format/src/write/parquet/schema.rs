//! The schema of a file of Parquet: what a field's type is there.

use std::sync::Arc;

use kith_model::catalog::{FieldKind, Measure, Object};
use kith_model::decimal::DIGITS_MAX;
use parquet::basic::{LogicalType, Repetition, TimeUnit, Type as Physical};
use parquet::errors::Result;
use parquet::schema::types::Type;

use crate::write::{DELETED, Shape};

/// A member of a row.
pub(super) struct Member {
    name: String,
    pub(super) kind: Kind,
}

/// What a member is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Kind {
    /// A value that is always there.
    Required(Scalar),
    /// A value or none.
    Optional(Scalar),
    /// A group of `amount` and `currency`, or none.
    Money {
        /// Digits of the amount after the point.
        scale: u8,
    },
    /// A list of texts, or none.
    List,
}

/// A value that one column holds.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Scalar {
    Text,
    Json,
    Integer,
    Decimal { scale: u8 },
    Boolean,
    Date,
    Datetime,
}

pub(super) fn members(object: &Object, shape: Shape) -> Vec<Member> {
    let set = [
        ("id", Scalar::Text),
        ("version", Scalar::Integer),
        ("created_at", Scalar::Datetime),
        ("updated_at", Scalar::Datetime),
        ("created_by", Scalar::Text),
        ("updated_by", Scalar::Text),
        ("owner", Scalar::Text),
    ];
    let required = |scalar, is_known| if is_known { Kind::Required(scalar) } else { Kind::Optional(scalar) };
    // Of a record that is gone, only the id is known.
    let is_record = shape == Shape::Records;
    let mut members: Vec<Member> = set
        .into_iter()
        .enumerate()
        .map(|(index, (name, scalar))| Member {
            name: name.to_owned(),
            kind: required(scalar, index == 0 || is_record),
        })
        .collect();
    members.extend(
        object.visible().map(|(_, field)| Member { name: field.name.clone(), kind: kind_of(&field.kind) }),
    );
    if shape == Shape::Changes {
        members.push(Member { name: DELETED.to_owned(), kind: Kind::Required(Scalar::Boolean) });
    }
    members
}

fn kind_of(kind: &FieldKind) -> Kind {
    let scalar = match kind {
        FieldKind::Text { .. }
        | FieldKind::LongText { .. }
        | FieldKind::Email
        | FieldKind::Phone
        | FieldKind::Url
        | FieldKind::Select { .. }
        | FieldKind::Reference { .. }
        | FieldKind::AutoNumber { .. } => Scalar::Text,
        FieldKind::Integer { .. } => Scalar::Integer,
        FieldKind::Decimal { scale, .. } => Scalar::Decimal { scale: *scale },
        FieldKind::Currency { scale, .. } => return Kind::Money { scale: *scale },
        FieldKind::Boolean => Scalar::Boolean,
        FieldKind::Date => Scalar::Date,
        FieldKind::Datetime => Scalar::Datetime,
        FieldKind::MultiSelect { .. } => return Kind::List,
        FieldKind::Json => Scalar::Json,
        FieldKind::Rollup { function, .. } => match function.measure() {
            Measure::Integer => Scalar::Integer,
            Measure::Decimal { scale } => Scalar::Decimal { scale },
            Measure::Currency { scale, .. } => return Kind::Money { scale },
            Measure::Date => Scalar::Date,
            Measure::Datetime => Scalar::Datetime,
        },
    };
    Kind::Optional(scalar)
}

pub(super) fn root(name: &str, members: &[Member]) -> Result<Type> {
    let fields = members.iter().map(|member| member.build().map(Arc::new)).collect::<Result<_>>()?;
    Type::group_type_builder(name).with_fields(fields).build()
}

impl Member {
    fn build(&self) -> Result<Type> {
        match self.kind {
            Kind::Required(kind) => scalar(&self.name, kind, Repetition::REQUIRED),
            Kind::Optional(kind) => scalar(&self.name, kind, Repetition::OPTIONAL),
            Kind::Money { scale } => {
                let amount = scalar("amount", Scalar::Decimal { scale }, Repetition::REQUIRED)?;
                let currency = scalar("currency", Scalar::Text, Repetition::REQUIRED)?;
                Type::group_type_builder(&self.name)
                    .with_repetition(Repetition::OPTIONAL)
                    .with_fields(vec![Arc::new(amount), Arc::new(currency)])
                    .build()
            }
            // The three levels of the specification tell no list from an empty one.
            Kind::List => {
                let element = scalar("element", Scalar::Text, Repetition::REQUIRED)?;
                let list = Type::group_type_builder("list")
                    .with_repetition(Repetition::REPEATED)
                    .with_fields(vec![Arc::new(element)])
                    .build()?;
                Type::group_type_builder(&self.name)
                    .with_repetition(Repetition::OPTIONAL)
                    .with_logical_type(Some(LogicalType::List))
                    .with_fields(vec![Arc::new(list)])
                    .build()
            }
        }
    }
}

fn scalar(name: &str, kind: Scalar, repetition: Repetition) -> Result<Type> {
    let (physical, logical) = match kind {
        Scalar::Text => (Physical::BYTE_ARRAY, Some(LogicalType::String)),
        Scalar::Json => (Physical::BYTE_ARRAY, Some(LogicalType::Json)),
        Scalar::Integer => (Physical::INT64, Some(LogicalType::integer(64, true))),
        Scalar::Decimal { scale } => {
            let logical = LogicalType::decimal(i32::from(scale), i32::from(DIGITS_MAX));
            (Physical::INT64, Some(logical))
        }
        Scalar::Boolean => (Physical::BOOLEAN, None),
        Scalar::Date => (Physical::INT32, Some(LogicalType::Date)),
        Scalar::Datetime => (Physical::INT64, Some(LogicalType::timestamp(true, TimeUnit::MICROS))),
    };
    let builder =
        Type::primitive_type_builder(name, physical).with_repetition(repetition).with_logical_type(logical);
    match kind {
        Scalar::Decimal { scale } => {
            builder.with_precision(i32::from(DIGITS_MAX)).with_scale(i32::from(scale)).build()
        }
        _ => builder.build(),
    }
}
