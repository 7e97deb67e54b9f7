//! The cell of a worksheet or list of texts that is being read.

use quick_xml::events::{BytesStart, Event};

use super::super::xml::push_text;

/// The cell that is being read.
#[derive(Default)]
pub(super) struct XlsxCell {
    /// How the value is stored: `s` is the index of a shared text, for example.
    pub kind: String,
    pub style: usize,
    pub column: Option<usize>,
    pub value: String,
    is_value: bool,
    /// Whether the text is a pronunciation, which is not part of the value.
    is_phonetic: bool,
}

impl XlsxCell {
    /// Begins a cell.
    pub(super) fn start(&mut self, element: &BytesStart) {
        self.kind.clear();
        (self.style, self.column) = (0, None);
        for attribute in element.attributes().with_checks(false).flatten() {
            match attribute.key.as_ref() {
                "t" => self.kind.push_str(&attribute.value),
                "s" => self.style = attribute.value.parse().unwrap_or_default(),
                "r" => self.column = column_index(&attribute.value),
                _ => {}
            }
        }
        self.value.clear();
        (self.is_value, self.is_phonetic) = (false, false);
    }

    /// Begins an element in the cell.
    pub(super) fn enter(&mut self, name: &str) {
        match name {
            // Next to a text, some programs write the number under which they store it.
            "v" if self.kind == "inlineStr" => {}
            "v" | "t" => self.is_value = true,
            "rPh" => self.is_phonetic = true,
            _ => {}
        }
    }

    /// Ends an element in the cell.
    pub(super) fn leave(&mut self, name: &str) {
        match name {
            "v" | "t" => self.is_value = false,
            "rPh" => self.is_phonetic = false,
            _ => {}
        }
    }

    /// Adds text, if it is part of the value.
    pub(super) fn push(&mut self, event: &Event) {
        if self.is_value && !self.is_phonetic {
            push_text(&mut self.value, event);
        }
    }
}

/// Reads the letters of a reference such as `AB12` as the index of a column.
fn column_index(reference: &str) -> Option<usize> {
    let letters = reference.bytes().take_while(u8::is_ascii_alphabetic).take(4);
    let number = letters.fold(0, |number, letter| number * 26 + usize::from(letter.to_ascii_uppercase() - b'A') + 1);
    number.checked_sub(1)
}

/// Removes carriage returns that Excel writes as `_x000D_`.
pub(super) fn without_escapes(text: &str) -> String {
    text.replace("_x000D_", "")
}
