//! From a page in words to cells: at most 78 columns wide, centred on a larger screen, the keys always on the last line.

use std::io::{self, Write};

use heirloom_engine::View;
use ratatui::backend::CrosstermBackend;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Color, Modifier, Style};
use ratatui::{TerminalOptions, Viewport};

use crate::piece::{Page, Piece};
use crate::words;

/// Wider lines are hard to read.
const COLUMNS_MAX: u16 = 78;
/// A list is never squeezed below this.
const LIST_ROWS_MIN: usize = 3;
/// The column of a fact's value.
const FACT_COLUMNS: usize = 26;

const PLAIN: Style = Style::new();
const STRONG: Style = Style::new().add_modifier(Modifier::BOLD);
const GOOD: Style = Style::new()
    .fg(Color::LightGreen)
    .add_modifier(Modifier::BOLD);
const BAD: Style = Style::new()
    .fg(Color::LightYellow)
    .add_modifier(Modifier::BOLD);
const DIM: Style = Style::new().fg(Color::Gray);
const BARS: Style = Style::new()
    .fg(Color::White)
    .bg(Color::Blue)
    .add_modifier(Modifier::BOLD);
const CURSOR: Style = Style::new().fg(Color::Black).bg(Color::White);

/// A text screen that is written to as a stream of bytes.
pub struct Terminal<W: Write> {
    inner: ratatui::Terminal<CrosstermBackend<W>>,
}

impl<W: Write> Terminal<W> {
    /// Takes a screen of so many cells.
    ///
    /// # Errors
    /// When it can't be written to.
    pub fn new(writer: W, columns: u16, rows: u16) -> io::Result<Self> {
        let viewport = Viewport::Fixed(Rect::new(0, 0, columns, rows));
        let inner = ratatui::Terminal::with_options(
            CrosstermBackend::new(writer),
            TerminalOptions { viewport },
        )?;
        let mut terminal = Self { inner };
        // By hand: the library's own clearing first asks the terminal where its cursor is, and waits for an answer on standard input.
        // Colours back to normal, everything erased, cursor at the top (ECMA-48: SGR, ED, CUP).
        terminal
            .inner
            .backend_mut()
            .write_all(b"\x1b[0m\x1b[2J\x1b[H")?;
        terminal.inner.hide_cursor()?;
        Ok(terminal)
    }

    /// Shows a view.
    ///
    /// # Errors
    /// When it can't be written to.
    pub fn show(&mut self, view: &View) -> io::Result<()> {
        self.inner.draw(|frame| {
            let area = frame.area();
            draw(view, area, frame.buffer_mut());
        })?;
        Ok(())
    }
}

/// Puts a view into cells.
pub fn draw(view: &View, area: Rect, cells: &mut Buffer) {
    let page = if view.help {
        words::help(&view.page)
    } else {
        words::page(&view.page)
    };
    paint(&page, area, cells);
}

/// A line with its style, of at most the width.
struct Line {
    spans: Vec<(String, Style)>,
}

fn paint(page: &Page, area: Rect, cells: &mut Buffer) {
    if area.width < 20 || area.height < 6 {
        return;
    }
    let width = area.width.min(COLUMNS_MAX);
    let left = area.x + (area.width - width) / 2;
    bar(
        cells,
        Rect::new(area.x, area.y, area.width, 1),
        left,
        "Heirloom",
    );
    cells.set_stringn(left, area.y + 2, &page.title, width.into(), STRONG);

    let lines = lay_out(&page.pieces, width.into(), usize::from(area.height) - 6);
    let room = usize::from(area.height) - 6;
    let first_row = area.y + 4;
    for (row, line) in (first_row..).zip(lines.iter().take(room)) {
        let mut column = left;
        for (text, style) in &line.spans {
            let (end, _) = cells.set_stringn(
                column,
                row,
                text,
                usize::from(left + width - column),
                *style,
            );
            column = end;
        }
    }
    let keys: Vec<String> = page
        .keys
        .iter()
        .map(|(key, meaning)| format!("{key} {meaning}"))
        .collect();
    let last = Rect::new(area.x, area.y + area.height - 1, area.width, 1);
    bar(cells, last, left, &keys.join("   "));
}

fn bar(cells: &mut Buffer, area: Rect, left: u16, text: &str) {
    cells.set_style(area, BARS);
    cells.set_stringn(
        left,
        area.y,
        text,
        usize::from(area.x + area.width - left),
        BARS,
    );
}

/// Lays out what has a fixed height first; a list gets the rows that are left, and at least a few.
fn lay_out(pieces: &[Piece], width: usize, room: usize) -> Vec<Line> {
    let mut laid: Vec<Vec<Line>> = pieces
        .iter()
        .map(|piece| lay_out_piece(piece, width))
        .collect();
    let left = room
        .saturating_sub(laid.iter().map(Vec::len).sum())
        .max(LIST_ROWS_MIN);
    for (piece, lines) in pieces.iter().zip(&mut laid) {
        match piece {
            Piece::List { items, cursor } => *lines = list(items, *cursor, width, left),
            Piece::Scroll { items, first } => *lines = scroll(items, *first, width, left),
            _ => {}
        }
    }
    laid.into_iter().flatten().collect()
}

/// Of the mark before an item.
const ITEM_MARGIN: usize = 4;

/// As many items as there is room for, with the one under the cursor, and where they go on beyond that.
fn list(items: &[String], cursor: usize, width: usize, rows: usize) -> Vec<Line> {
    let first = cursor
        .saturating_sub(rows / 2)
        .min(items.len().saturating_sub(rows));
    let last = (first + rows).min(items.len());
    let window = items.iter().enumerate().take(last).skip(first);
    window
        .map(|(index, text)| {
            // Nobody looks for what can't be seen to be there.
            let hint = match index {
                index if index == first && first > 0 => "  (more above)",
                index if index + 1 == last && last < items.len() => "  (more below)",
                _ => "",
            };
            let room = width.saturating_sub(hint.len() + ITEM_MARGIN);
            let text = match hint {
                "" => text.clone(),
                hint => text.chars().take(room).chain(hint.chars()).collect(),
            };
            item(&text, index == cursor, width)
        })
        .collect()
}

fn scroll(items: &[String], first: usize, width: usize, rows: usize) -> Vec<Line> {
    let mut lines = Vec::new();
    for (index, text) in items.iter().enumerate().skip(first) {
        let more = wrap(&format!("{}. {text}", index + 1), width);
        // One is always shown, as far as it goes.
        if !lines.is_empty() && lines.len() + more.len() > rows {
            break;
        }
        lines.extend(more.into_iter().map(|line| Line {
            spans: vec![(line, PLAIN)],
        }));
    }
    lines.truncate(rows);
    lines
}

fn lay_out_piece(piece: &Piece, width: usize) -> Vec<Line> {
    let one = |text: String, style| Line {
        spans: vec![(text, style)],
    };
    let paragraph = |text: &str, style| {
        wrap(text, width)
            .into_iter()
            .map(|line| one(line, style))
            .collect()
    };
    match piece {
        Piece::Text(text) => paragraph(text, PLAIN),
        Piece::Strong(text) => paragraph(text, STRONG),
        Piece::Good(text) => paragraph(text, GOOD),
        Piece::Bad(text) => paragraph(text, BAD),
        Piece::Fact(name, value) => fact(name, value, width),
        Piece::Item { text, selected } => vec![item(text, *selected, width)],
        // Given its rows when the others have theirs.
        Piece::List { .. } | Piece::Scroll { .. } => Vec::new(),
        Piece::Field { label, text } => {
            let shown = keep_end(text, width.saturating_sub(label.chars().count() + 4));
            vec![Line {
                spans: vec![
                    (format!("{label}: "), DIM),
                    (shown, STRONG),
                    ("█".to_owned(), PLAIN),
                ],
            }]
        }
        Piece::Bar { permille } => {
            let cells = width - 8;
            let full = cells * usize::from((*permille).min(1_000)) / 1_000;
            let bar = "█".repeat(full) + &"░".repeat(cells - full);
            vec![Line {
                spans: vec![(bar, GOOD), (format!(" {:>3} %", permille / 10), PLAIN)],
            }]
        }
        Piece::Gap => vec![one(String::new(), PLAIN)],
    }
}

fn fact(name: &str, value: &str, width: usize) -> Vec<Line> {
    let column = FACT_COLUMNS.min(width / 2);
    let name: String = name.chars().take(column - 1).collect();
    let mut lines = Vec::new();
    for (index, part) in wrap(value, width - column).into_iter().enumerate() {
        let head = if index == 0 {
            format!("{name:<column$}")
        } else {
            " ".repeat(column)
        };
        lines.push(Line {
            spans: vec![(head, DIM), (part, PLAIN)],
        });
    }
    lines
}

fn item(text: &str, selected: bool, width: usize) -> Line {
    let text = format!(" {} {text}", if selected { ">" } else { " " });
    let text: String = text.chars().take(width).collect();
    let style = if selected { CURSOR } else { PLAIN };
    Line {
        spans: vec![(format!("{text:<width$}"), style)],
    }
}

/// The end of a long text, where the typing happens.
fn keep_end(text: &str, columns: usize) -> String {
    let count = text.chars().count();
    text.chars().skip(count.saturating_sub(columns)).collect()
}

/// Breaks at spaces; a word that is longer than the line is broken where it must be. Line breaks in the text stay, and so does the
/// indentation of each paragraph.
fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines = Vec::new();
    for paragraph in text.split('\n') {
        let words = paragraph.trim_start_matches(' ');
        let indent = (paragraph.len() - words.len()).min(width / 2);
        let room = width - indent;
        let mut push = |line: String| lines.push(" ".repeat(indent) + &line);
        let mut line = String::new();
        for word in words.split(' ') {
            let mut word: Vec<char> = word.chars().collect();
            if !line.is_empty() && line.chars().count() + 1 + word.len() > room {
                push(std::mem::take(&mut line));
            } else if !line.is_empty() {
                line.push(' ');
            }
            while word.len() > room {
                let rest = word.split_off(room);
                push(word.into_iter().collect());
                word = rest;
            }
            line.extend(word);
        }
        push(line);
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text_of(cells: &Buffer) -> Vec<String> {
        let area = cells.area;
        (0..area.height)
            .map(|row| {
                (0..area.width)
                    .map(|column| cells[(column, row)].symbol())
                    .collect::<String>()
                    .trim_end()
                    .to_owned()
            })
            .collect()
    }

    #[test]
    fn a_page_has_its_bars_title_and_body_in_place() {
        let page = Page::new("Title")
            .text("A paragraph that is long enough to be broken over two lines of forty")
            .gap()
            .fact("Name", "value")
            .with(Piece::Item {
                text: "chosen".into(),
                selected: true,
            })
            .field("Type", "abc")
            .with(Piece::Bar { permille: 500 })
            .key("Enter", "choose");
        let area = Rect::new(0, 0, 40, 16);
        let mut cells = Buffer::empty(area);
        paint(&page, area, &mut cells);
        let expected = [
            "Heirloom",
            "",
            "Title",
            "",
            "A paragraph that is long enough to be",
            "broken over two lines of forty",
            "",
            "Name                value",
            " > chosen",
            "Type: abc█",
            "████████████████░░░░░░░░░░░░░░░░  50 %",
            "",
            "",
            "",
            "",
            "Enter choose",
        ];
        assert_eq!(text_of(&cells), expected);
    }

    #[test]
    fn nothing_is_drawn_outside_however_small_or_full() {
        for (width, height) in [(0, 0), (1, 1), (20, 6), (80, 24), (250, 80)] {
            let items = (0..100)
                .map(|number| format!("item {number} with words"))
                .collect();
            let page = Page::new("T".repeat(300))
                .text("word ".repeat(2_000))
                .with(Piece::List { items, cursor: 99 });
            let area = Rect::new(0, 0, width, height);
            paint(&page, area, &mut Buffer::empty(area));
        }
    }

    #[test]
    fn a_list_shows_its_cursor() {
        let items: Vec<String> = (0..50).map(|number| format!("item {number}")).collect();
        for cursor in [0, 7, 25, 49] {
            let area = Rect::new(0, 0, 60, 20);
            let mut cells = Buffer::empty(area);
            paint(
                &Page::new("List").with(Piece::List {
                    items: items.clone(),
                    cursor,
                }),
                area,
                &mut cells,
            );
            let lines = text_of(&cells);
            assert!(
                lines.contains(&format!(" > item {cursor}")),
                "{cursor}: {lines:?}"
            );
        }
    }

    #[test]
    fn words_longer_than_a_line_are_broken() {
        assert_eq!(wrap("ab cdefghij k", 4), ["ab", "cdef", "ghij", "k"]);
        assert_eq!(wrap("one\ntwo", 10), ["one", "two"]);
        assert_eq!(wrap("  a bc\n\n  def", 5), ["  a", "  bc", "", "  def"]);
    }
}
