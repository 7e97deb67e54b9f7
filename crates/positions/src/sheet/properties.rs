//! Properties that hold for any file.

use csv::{QuoteStyle, StringRecord, WriterBuilder};
use encoding_rs::UTF_8;
use proptest::prelude::*;

use super::*;

/// A cell that survives trimming, and that does not make its row a comment or blank.
fn cell() -> impl Strategy<Value = String> {
    "[a-zA-Z0-9€é][ ,;\t|\"'\n.#0-9a-zé-]{0,9}[a-z0-9]".prop_map(|text| text)
}

fn table() -> impl Strategy<Value = Vec<Vec<String>>> {
    prop::collection::vec(prop::collection::vec(cell(), 1..6), 1..9)
}

proptest! {
    #[test]
    fn reads_any_table_back(table in table(), delimiter in prop::sample::select(vec![',', ';', '\t', '|']), form in 0..4) {
        let mut writer = WriterBuilder::new()
            .delimiter(u8::try_from(delimiter).unwrap())
            .quote_style(QuoteStyle::Necessary)
            .flexible(true)
            .from_writer(Vec::new());
        for row in &table {
            writer.write_record(row).unwrap();
        }
        let text = String::from_utf8(writer.into_inner().unwrap()).unwrap();
        let units = || format!("\u{feff}{text}").encode_utf16().collect::<Vec<u16>>();
        let bytes: Vec<u8> = match form {
            0 => text.clone().into_bytes(),
            1 => format!("\u{feff}{text}").into_bytes(),
            2 => units().into_iter().flat_map(u16::to_le_bytes).collect(),
            _ => units().into_iter().flat_map(u16::to_be_bytes).collect(),
        };
        let changes = Reading { delimiter: Some(delimiter), ..Reading::default() };
        let sheet = read_sheet(&bytes, &changes).unwrap();
        let cells: Vec<&StringRecord> = sheet.rows.iter().map(|row| &row.cells).collect();
        let expected: Vec<StringRecord> = table.iter().map(|row| row.iter().collect()).collect();
        prop_assert_eq!(cells, expected.iter().collect::<Vec<_>>());
        prop_assert!(sheet.rows.iter().all(|row| !row.has_open_quote && !row.is_indented));
        prop_assert!(sheet.rows.is_sorted_by(|row, next| row.line < next.line));
    }

    #[test]
    fn survives_any_bytes_as_sheet(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = read_sheet(&bytes, &Reading::default());
        let changes = Reading { encoding: Some(UTF_8.name().to_owned()), ..Reading::default() };
        let _ = read_sheet(&[b"PK\x03\x04", &bytes[..]].concat(), &changes);
        let _ = read_sheet(&bytes, &changes);
    }

    #[test]
    fn survives_any_text_as_sheet(text in "[,;\"#\n\r =a1 \u{feff}]{0,60}") {
        if let Ok(sheet) = read_sheet(text.as_bytes(), &Reading::default()) {
            prop_assert!(sheet.rows.iter().all(|row| row.cells.iter().any(|cell| !cell.is_empty())));
        }
    }
}
