//! One column of a group of rows: its values, and for each of its places whether there is
//! one (the definition levels) and whether it goes on a list (the repetition levels).

use parquet::data_type::{BoolType, ByteArray, ByteArrayType, Int32Type, Int64Type};
use parquet::errors::Result;
use parquet::file::writer::SerializedColumnWriter;

use super::schema::Scalar;

/// Level of a list that is there, and of an item in it.
const EMPTY_LIST: i16 = 1;
const ITEM: i16 = 2;

/// A column that is being gathered.
pub(super) struct Column {
    values: Values,
    /// How far each place is defined; none where every value is there.
    definitions: Option<Vec<i16>>,
    /// Whether each place goes on the list of the one before it; for lists only.
    repetitions: Option<Vec<i16>>,
    /// The level of a value that is there.
    level: i16,
}

enum Values {
    /// Texts one after another, and where each ends.
    Text {
        bytes: Vec<u8>,
        ends: Vec<usize>,
    },
    Wide(Vec<i64>),
    Narrow(Vec<i32>),
    Flags(Vec<bool>),
}

impl Column {
    pub(super) fn required(scalar: Scalar) -> Self {
        Self { values: Values::of(scalar), definitions: None, repetitions: None, level: 0 }
    }

    pub(super) fn optional(scalar: Scalar) -> Self {
        Self { values: Values::of(scalar), definitions: Some(Vec::new()), repetitions: None, level: 1 }
    }

    pub(super) fn list() -> Self {
        let values = Values::of(Scalar::Text);
        Self { values, definitions: Some(Vec::new()), repetitions: Some(Vec::new()), level: ITEM }
    }

    pub(super) fn push_text(&mut self, text: &str) {
        if let Values::Text { bytes, ends } = &mut self.values {
            bytes.extend_from_slice(text.as_bytes());
            ends.push(bytes.len());
            self.define(self.level, 0);
        }
    }

    pub(super) fn push_integer(&mut self, number: i64) {
        if let Values::Wide(numbers) = &mut self.values {
            numbers.push(number);
            self.define(self.level, 0);
        }
    }

    pub(super) fn push_day(&mut self, day: i32) {
        if let Values::Narrow(numbers) = &mut self.values {
            numbers.push(day);
            self.define(self.level, 0);
        }
    }

    pub(super) fn push_flag(&mut self, truth: bool) {
        if let Values::Flags(flags) = &mut self.values {
            flags.push(truth);
            self.define(self.level, 0);
        }
    }

    pub(super) fn push_null(&mut self) {
        self.define(0, 0);
    }

    pub(super) fn push_list(&mut self, items: &[Box<str>]) {
        if items.is_empty() {
            return self.define(EMPTY_LIST, 0);
        }
        for (index, item) in items.iter().enumerate() {
            if let Values::Text { bytes, ends } = &mut self.values {
                bytes.extend_from_slice(item.as_bytes());
                ends.push(bytes.len());
            }
            self.define(ITEM, i16::from(index > 0));
        }
    }

    fn define(&mut self, definition: i16, repetition: i16) {
        if let Some(definitions) = &mut self.definitions {
            definitions.push(definition);
        }
        if let Some(repetitions) = &mut self.repetitions {
            repetitions.push(repetition);
        }
    }

    /// How much it holds, about.
    pub(super) fn bytes(&self) -> usize {
        let values = match &self.values {
            Values::Text { bytes, ends } => bytes.len() + size_of_val(&**ends),
            Values::Wide(numbers) => size_of_val(&**numbers),
            Values::Narrow(numbers) => size_of_val(&**numbers),
            Values::Flags(flags) => flags.len(),
        };
        let levels = [&self.definitions, &self.repetitions];
        values + levels.into_iter().flatten().map(|levels| size_of_val(&**levels)).sum::<usize>()
    }

    /// Writes what was gathered, and begins anew.
    pub(super) fn write(&mut self, to: &mut SerializedColumnWriter<'_>) -> Result<()> {
        let (definitions, repetitions) = (self.definitions.as_deref(), self.repetitions.as_deref());
        match &mut self.values {
            Values::Text { bytes, ends } => {
                let texts = texts(std::mem::take(bytes), ends);
                to.typed::<ByteArrayType>().write_batch(&texts, definitions, repetitions)?;
                ends.clear();
            }
            Values::Wide(numbers) => {
                to.typed::<Int64Type>().write_batch(numbers, definitions, repetitions)?;
                numbers.clear();
            }
            Values::Narrow(numbers) => {
                to.typed::<Int32Type>().write_batch(numbers, definitions, repetitions)?;
                numbers.clear();
            }
            Values::Flags(flags) => {
                to.typed::<BoolType>().write_batch(flags, definitions, repetitions)?;
                flags.clear();
            }
        }
        for levels in [&mut self.definitions, &mut self.repetitions].into_iter().flatten() {
            levels.clear();
        }
        Ok(())
    }
}

impl Values {
    fn of(scalar: Scalar) -> Self {
        match scalar {
            Scalar::Text | Scalar::Json => Self::Text { bytes: Vec::new(), ends: Vec::new() },
            Scalar::Integer | Scalar::Decimal { .. } | Scalar::Datetime => Self::Wide(Vec::new()),
            Scalar::Date => Self::Narrow(Vec::new()),
            Scalar::Boolean => Self::Flags(Vec::new()),
        }
    }
}

/// The texts as pieces of one buffer that they share.
fn texts(bytes: Vec<u8>, ends: &[usize]) -> Vec<ByteArray> {
    let whole = bytes::Bytes::from(bytes);
    let mut start = 0;
    let piece = |end: &usize| {
        let piece = ByteArray::from(whole.slice(start..*end));
        start = *end;
        piece
    };
    ends.iter().map(piece).collect()
}
