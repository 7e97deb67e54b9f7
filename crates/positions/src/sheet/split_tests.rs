use super::*;

fn split(text: &str, delimiter: u8) -> Vec<(u64, Vec<String>, bool)> {
    let mut splitter = Splitter::new(text, delimiter, 0);
    let mut rows = Vec::new();
    while let Some(record) = splitter.next_record().unwrap() {
        let cells = record.cells.iter().map(str::to_owned).collect();
        rows.push((record.line, cells, record.has_open_quote));
    }
    rows
}

fn row(line: u64, cells: &[&str]) -> (u64, Vec<String>, bool) {
    (line, cells.iter().map(|cell| (*cell).to_owned()).collect(), false)
}

fn refused(text: &str) -> (Option<u64>, String) {
    let mut splitter = Splitter::new(text, b',', 0);
    loop {
        match splitter.next_record() {
            Ok(record) => assert!(record.is_some(), "accepted"),
            Err(problem) => return (problem.row, problem.message),
        }
    }
}

#[test]
fn numbers_lines_as_editors_do() {
    let text = "# it's \"odd\n\na,b\n\n#\n\"x\ny\",2\n3,4";
    let rows = [row(3, &["a", "b"]), row(6, &["x\ny", "2"]), row(8, &["3", "4"])];
    assert_eq!(split(text, b','), rows);
    assert_eq!(split(&text.replace('\n', "\r\n"), b',').last(), Some(&row(8, &["3", "4"])));
    assert_eq!(split("#a\ra\r\rb\r", b','), [row(2, &["a"]), row(4, &["b"])]);
}

#[test]
fn accepts_rows_of_any_width() {
    let rows = [row(1, &["a", "b", ""]), row(2, &["c"]), row(3, &["", "d"])];
    assert_eq!(split("a;b;\nc\n;d", b';'), rows);
    assert_eq!(split(&format!("a{}", ",".repeat(MAX_COLUMNS + 9)), b',')[0].1.len(), MAX_COLUMNS);
}

#[test]
fn unquotes_cells() {
    let rows = [row(1, &["a, b", "say \"hi\"", "c d", ""])];
    assert_eq!(split("\"a, b\",\"say \"\"hi\"\"\",\"c\" d,\"\"", b','), rows);
    assert_eq!(split("1, \"2, 3\" , \"4\"", b','), [row(1, &["1", " 2, 3 ", " 4"])]);
}

#[test]
fn reads_stray_quotation_mark_as_text() {
    assert_eq!(split("5\" pipe,1\nb,\"2\"", b','), [row(1, &["5\" pipe", "1"]), row(2, &["b", "2"])]);
    assert_eq!(split("a, \"b\" c,d\n", b','), [row(1, &["a", " \"b\" c", "d"])]);
    assert_eq!(split("a, \"b\nc", b','), [row(1, &["a", " \"b"]), row(2, &["c"])]);
}

#[test]
fn marks_row_with_open_quote() {
    let open = |text| split(text, b',').into_iter().map(|(line, _, is_open)| (line, is_open)).collect::<Vec<_>>();
    assert_eq!(open("a,b\n1,\"2\n3,4\n"), [(1, false), (2, true)]);
    assert_eq!(open("a,b\n1,\"2\"\"\"\n3,4\"\n"), [(1, false), (2, false), (3, false)]);
    assert_eq!(open("\"a\"b\"\n1"), [(1, false), (2, false)]);
    assert_eq!(open("\""), [(1, true)]);
}

#[test]
fn skips_comments_but_no_table() {
    let rows = [row(2, &["#", "Symbol"]), row(3, &["#N/A", "5"])];
    assert_eq!(split("# a, b\n#,Symbol\n#N/A,5\n#,\n#", b','), rows);
}

#[test]
fn accepts_cells_and_rows_at_limits() {
    let widest = ",x".repeat(MAX_COLUMNS - 1);
    let longest = format!("{0},{0}", "x".repeat(MAX_CELL - 1));
    let quoted = format!("\"{}\"", ",".repeat(MAX_CELL - 2));
    let comment = format!("#{}", "x,".repeat(MAX_ROW));
    let text = format!("{comment}\n{widest}\r\n{longest}\n{}\n{quoted}", "x".repeat(MAX_CELL));
    assert_eq!(split(&text, b',').len(), 4);
}

#[test]
fn refuses_cells_and_rows_over_limits() {
    let before = "a,b\r\n\n# c\n\"d\ne\"\n";
    for (row, says) in [
        (format!("{}x", ",".repeat(MAX_COLUMNS)), "too many columns"),
        (format!("x,{}", "x".repeat(MAX_CELL + 1)), "longer than 32 KB"),
        (format!("\"{}\"", ",".repeat(MAX_CELL)), "longer than 32 KB"),
        (format!("\"\n{}", "x".repeat(MAX_CELL)), "close a quotation mark"),
        (",".repeat(MAX_ROW + 2), "longer than 64 KB"),
    ] {
        let (line, message) = refused(&format!("{before}{row}\n"));
        assert_eq!(line, Some(6), "{message}");
        assert!(message.contains(says), "{message}");
    }
}
