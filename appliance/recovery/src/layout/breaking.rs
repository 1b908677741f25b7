//! Lines: sentences broken between words, and a word that is wider than its line within itself.

use crate::typeface::{FontRole, Shaped, Typefaces};
use crate::wording::{Span, Voice};

/// A word is what stands between spaces; it may change its voice, as in `restored-1` and the comma after it.
type Word = Vec<(FontRole, String)>;

fn font_role(voice: Voice) -> FontRole {
    match voice {
        Voice::Plain => FontRole::Regular,
        Voice::Strong => FontRole::Bold,
        Voice::Code | Voice::Fixed => FontRole::Mono,
    }
}

/// Breaks between words, as late as possible.
pub(super) fn break_lines(
    typefaces: &Typefaces<'_>,
    spans: &[Span],
    size_pt: f32,
    width_pt: f32,
) -> Vec<Vec<Shaped>> {
    let measure = |words: &[Word]| width(&set_line(typefaces, words, size_pt));
    let mut lines: Vec<Vec<Word>> = vec![Vec::new()];
    for word in words(typefaces, spans) {
        let line = lines.last_mut().expect("never empty");
        line.push(word);
        if measure(line) <= width_pt {
            continue;
        }
        let word = line.pop().expect("just pushed");
        let is_at_start = line.is_empty();
        if measure(std::slice::from_ref(&word)) <= width_pt {
            lines.push(vec![word]);
            continue;
        }
        let parts = split_word(typefaces, &word, size_pt, width_pt);
        if is_at_start {
            lines.pop();
        }
        lines.extend(parts.into_iter().map(|part| vec![part]));
    }
    lines
        .iter()
        .map(|line| set_line(typefaces, line, size_pt))
        .collect()
}

/// A word that no line holds, in parts that do: between any two characters that don't belong together.
fn split_word(typefaces: &Typefaces<'_>, word: &Word, size_pt: f32, width_pt: f32) -> Vec<Word> {
    let mut parts: Vec<Word> = vec![Vec::new()];
    for (role, text) in word {
        let mut rest: &str = text;
        while !rest.is_empty() {
            let used: f32 = parts.last().map_or(0.0, |part| {
                width(&set_line(typefaces, std::slice::from_ref(part), size_pt))
            });
            let end = typefaces.fitting(*role, size_pt, rest, width_pt - used);
            let is_fresh = used == 0.0;
            if end == 0 && !is_fresh {
                parts.push(Vec::new());
                continue;
            }
            // A line takes at least one character, however narrow it is.
            let first = rest.chars().next().map_or(rest.len(), char::len_utf8);
            let (part, after) = rest.split_at(end.max(first));
            if let Some(last) = parts.last_mut() {
                last.push((*role, part.to_owned()));
            }
            rest = after;
            if !rest.is_empty() {
                parts.push(Vec::new());
            }
        }
    }
    parts.retain(|part| !part.is_empty());
    parts
}

fn words(typefaces: &Typefaces<'_>, spans: &[Span]) -> Vec<Word> {
    let mut words: Vec<Word> = vec![Vec::new()];
    for span in spans {
        let role = font_role(span.voice);
        let text = typefaces.visible(role, &span.text);
        for (index, part) in text.split(' ').enumerate() {
            if index > 0 {
                words.push(Vec::new());
            }
            if !part.is_empty() {
                let word = words.last_mut().expect("never empty");
                word.push((role, part.to_owned()));
            }
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

/// Joins words by spaces; a space has the font of the word before it.
fn set_line(typefaces: &Typefaces<'_>, words: &[Word], size_pt: f32) -> Vec<Shaped> {
    let mut pieces: Vec<(FontRole, String)> = Vec::new();
    for (index, word) in words.iter().enumerate() {
        if index > 0 {
            let next = word.first().map(|(role, _)| *role);
            match pieces.last_mut() {
                // In a fixed-width font the space would be too wide for running text.
                Some((role, text)) if *role != FontRole::Mono || next == Some(*role) => {
                    text.push(' ')
                }
                _ => pieces.push((FontRole::Regular, " ".to_owned())),
            }
        }
        for (role, text) in word {
            match pieces.last_mut() {
                Some((last, joined)) if last == role => joined.push_str(text),
                _ => pieces.push((*role, text.clone())),
            }
        }
    }
    pieces
        .iter()
        .map(|(role, text)| typefaces.shape(*role, size_pt, text))
        .collect()
}

fn width(line: &[Shaped]) -> f32 {
    line.iter().map(|piece| piece.width_pt).sum()
}
