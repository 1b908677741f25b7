//! What is said, on paper and in the plain text alike, for someone who never saw Heirloom.
//!
//! Our own words are ASCII, so that the plain text is, and do without apostrophes, which print would want curved. Sentences are written with two marks:
//! `*strong*` and `` `code` ``. Names come in beside them and are never read for marks.

pub(crate) mod archive;
pub(crate) mod by_hand;
pub(crate) mod care;
pub(crate) mod numbers;
pub(crate) mod plan;
pub(crate) mod share;
pub(crate) mod ways;

/// How a piece of a sentence is set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Voice {
    Plain,
    Strong,
    /// What a computer prints or a person types.
    Code,
    /// Where every character must be told from its neighbours in the alphabet, such as 0 and O.
    Fixed,
}

/// A piece of a sentence in one voice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Span {
    pub(crate) voice: Voice,
    pub(crate) text: String,
}

impl Span {
    pub(crate) fn new(voice: Voice, text: impl Into<String>) -> Self {
        Self {
            voice,
            text: text.into(),
        }
    }
}

/// One thing to do, and the lines to type for it.
pub(crate) struct Step {
    pub(crate) sentence: Vec<Span>,
    pub(crate) commands: Vec<String>,
}

/// How a medium shows names: shortened, and without what it can't show.
pub(crate) struct Medium<'a> {
    /// A name within a sentence.
    pub(crate) name: &'a dyn Fn(&str) -> String,
    /// Whether a command that holds this text can be shown as it is.
    pub(crate) can_show_in_command: &'a dyn Fn(&str) -> bool,
    /// What it calls itself.
    pub(crate) noun: &'static str,
    /// How the lines to type stand out.
    pub(crate) command_look: &'static str,
}

/// Reads our own sentences, with their two marks.
pub(crate) fn spans(marked: &str) -> Vec<Span> {
    let mut spans = Vec::new();
    let mut voice = Voice::Plain;
    let mut text = String::new();
    for character in marked.chars() {
        let next = match (character, voice) {
            ('*', Voice::Plain) => Voice::Strong,
            ('`', Voice::Plain) => Voice::Code,
            ('*', Voice::Strong) | ('`', Voice::Code) => Voice::Plain,
            _ => {
                text.push(character);
                continue;
            }
        };
        if !text.is_empty() {
            spans.push(Span::new(voice, std::mem::take(&mut text)));
        }
        voice = next;
    }
    if !text.is_empty() {
        spans.push(Span::new(voice, text));
    }
    spans
}

pub(crate) fn with_name(before: &str, voice: Voice, name: String, after: &str) -> Vec<Span> {
    let mut sentence = spans(before);
    sentence.push(Span::new(voice, name));
    sentence.extend(spans(after));
    sentence
}

/// A text that is not ours, as it is.
pub(crate) fn plain(text: impl Into<String>) -> Vec<Span> {
    vec![Span::new(Voice::Plain, text)]
}

/// The same, to be seen first.
pub(crate) fn strong(text: impl Into<String>) -> Vec<Span> {
    vec![Span::new(Voice::Strong, text)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_marks() {
        assert_eq!(
            spans("a *b* `c*d`"),
            [
                Span::new(Voice::Plain, "a "),
                Span::new(Voice::Strong, "b"),
                Span::new(Voice::Plain, " "),
                Span::new(Voice::Code, "c*d"),
            ]
        );
    }
}
