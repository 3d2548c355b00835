//! Rights of tokens beyond what every token may.

use serde_json::{Value as Json, json};

/// Something that a token may do only when it was made so.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Right {
    /// To say when and by whom records were made and changed elsewhere.
    Import,
}

impl Right {
    /// The words on the wire and in storage.
    pub const WORDS: [(&'static str, Self); 1] = [("import", Self::Import)];

    fn word(self) -> &'static str {
        match self {
            Self::Import => "import",
        }
    }
}

/// The rights of a token.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub struct Rights {
    import: bool,
}

impl Rights {
    /// All there are: those of administrators, and of a tenant's first token.
    pub const ALL: Self = Self { import: true };

    /// These and one more.
    #[must_use]
    pub fn with(mut self, right: Right) -> Self {
        match right {
            Right::Import => self.import = true,
        }
        self
    }

    /// Whether one is among them.
    #[must_use]
    pub fn has(self, right: Right) -> bool {
        match right {
            Right::Import => self.import,
        }
    }

    /// Those of these that others lack.
    pub fn beyond(self, others: Self) -> impl Iterator<Item = Right> {
        self.each().filter(move |right| !others.has(*right))
    }

    /// As they stand on the wire: an array of words.
    #[must_use]
    pub fn to_json(self) -> Json {
        json!(self.each().map(Right::word).collect::<Vec<_>>())
    }

    /// As they are stored: words with commas between them.
    #[must_use]
    pub fn to_text(self) -> String {
        self.each().map(Right::word).collect::<Vec<_>>().join(",")
    }

    /// Reads the stored form. A word of a later release is passed over: what is not known
    /// here cannot be done here.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        let known = text.split(',').filter_map(|given| Right::WORDS.iter().find(|(word, _)| *word == given));
        known.fold(Self::default(), |rights, (_, right)| rights.with(*right))
    }

    fn each(self) -> impl Iterator<Item = Right> {
        Right::WORDS.into_iter().map(|(_, right)| right).filter(move |right| self.has(*right))
    }
}

#[cfg(test)]
mod tests {
    use super::{Right, Rights};

    #[test]
    fn survive_storage_and_another_release() {
        let none = Rights::default();
        assert_eq!(Rights::parse(&none.to_text()), none);
        assert_eq!(Rights::parse(&Rights::ALL.to_text()), Rights::ALL);
        assert!(Rights::parse("export,import").has(Right::Import));
        assert!(!Rights::parse("imports").has(Right::Import));
        assert_eq!(Rights::ALL.beyond(none).collect::<Vec<_>>(), [Right::Import]);
    }
}
