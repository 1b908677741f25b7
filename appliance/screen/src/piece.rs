//! A page before it has a place: what it says, piece by piece.

/// A page in words.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Page {
    pub(crate) title: String,
    pub(crate) pieces: Vec<Piece>,
    /// Key and what it does.
    pub(crate) keys: Vec<(&'static str, &'static str)>,
}

/// Part of a page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Piece {
    /// A paragraph.
    Text(String),
    /// A paragraph that matters most.
    Strong(String),
    /// A paragraph about something that went well.
    Good(String),
    /// A paragraph about something that did not.
    Bad(String),
    /// A name and what there is to say about it, in two columns.
    Fact(String, String),
    /// Something that can be chosen.
    Item { text: String, selected: bool },
    /// A long list of which a window is shown around the cursor.
    List { items: Vec<String>, cursor: usize },
    /// Paragraphs from the given one on, as many as there is room for.
    Scroll { items: Vec<String>, first: usize },
    /// A line that is being typed.
    Field { label: String, text: String },
    /// A bar, in thousandths.
    Bar { permille: u16 },
    /// An empty line.
    Gap,
}

impl Page {
    pub(crate) fn new(title: impl Into<String>) -> Self {
        Self {
            title: title.into(),
            ..Self::default()
        }
    }

    pub(crate) fn with(mut self, piece: Piece) -> Self {
        self.pieces.push(piece);
        self
    }

    pub(crate) fn text(self, text: impl Into<String>) -> Self {
        self.with(Piece::Text(text.into()))
    }

    pub(crate) fn strong(self, text: impl Into<String>) -> Self {
        self.with(Piece::Strong(text.into()))
    }

    pub(crate) fn good(self, text: impl Into<String>) -> Self {
        self.with(Piece::Good(text.into()))
    }

    pub(crate) fn bad(self, text: impl Into<String>) -> Self {
        self.with(Piece::Bad(text.into()))
    }

    pub(crate) fn fact(self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.with(Piece::Fact(name.into(), value.into()))
    }

    pub(crate) fn field(self, label: impl Into<String>, text: impl Into<String>) -> Self {
        self.with(Piece::Field {
            label: label.into(),
            text: text.into(),
        })
    }

    pub(crate) fn gap(self) -> Self {
        self.with(Piece::Gap)
    }

    pub(crate) fn key(mut self, key: &'static str, meaning: &'static str) -> Self {
        self.keys.push((key, meaning));
        self
    }
}
