//! Tables to take along (RFC 4180), safe to open in a spreadsheet (SAFETY, row 42).

use std::borrow::Cow;

use axum::http::header;
use axum::response::{IntoResponse, Response};
use csv::{Terminator, WriterBuilder};

/// By it spreadsheets know that the file is UTF-8.
const MARK: &[u8] = b"\xef\xbb\xbf";

/// The rows as a file. A cell that a spreadsheet would take for a formula begins with an apostrophe; whoever reads the file by a program
/// takes one apostrophe off cells that begin with it and one of `= + - @`, TAB or CR behind it.
pub fn file<R: AsRef<[String]>>(rows: &[R]) -> Vec<u8> {
    let mut writer = WriterBuilder::new().terminator(Terminator::CRLF).flexible(true).from_writer(MARK.to_vec());
    for row in rows {
        // Writing into memory does not fail.
        let _ = writer.write_record(row.as_ref().iter().map(|cell| harmless(cell).into_owned()));
    }
    writer.into_inner().unwrap_or_default()
}

fn harmless(cell: &str) -> Cow<'_, str> {
    match cell.chars().next() {
        Some('=' | '+' | '-' | '@' | '\t' | '\r') => format!("'{cell}").into(),
        _ => cell.into(),
    }
}

/// The answer that a browser saves as `name`.csv; what of the name is no plain letter, digit or hyphen is left out.
pub fn attachment(name: &str, file: Vec<u8>) -> Response {
    let name: String = name.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '-').take(80).collect();
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{name}.csv\"")),
    ];
    (headers, file).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Names as nobody should have them.
    const HOSTILE: [&str; 12] = [
        "=cmd|'/c calc'!A1",
        "+1+1",
        "-2",
        "@SUM(1)",
        "\tx",
        "\rx",
        "\"=…\"",
        "Roy, Ada",
        "two\r\nlines",
        "l'Île-d'Orléans",
        "",
        "Zoë; \u{202e}exe",
    ];

    #[test]
    fn what_is_taken_along_reads_back_and_no_cell_is_a_formula() {
        let rows: Vec<Vec<String>> = HOSTILE.iter().map(|name| vec![(*name).to_owned(), "a".to_owned()]).collect();
        let file = file(&rows);
        let text = file.strip_prefix(MARK).unwrap();
        let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(text);
        let read: Vec<String> = reader.records().map(|r| r.unwrap()[0].to_owned()).collect();
        for (name, cell) in HOSTILE.iter().zip(&read) {
            assert!(!cell.starts_with(['=', '+', '-', '@', '\t', '\r']), "{cell:?}");
            let stripped = cell.strip_prefix('\'').filter(|rest| rest.starts_with(['=', '+', '-', '@', '\t', '\r'])).unwrap_or(cell);
            assert_eq!(stripped, *name);
        }
        assert_eq!(read.len(), HOSTILE.len());
        assert!(text.ends_with(b"\r\n"));
    }

    #[test]
    fn a_file_has_a_plain_name() {
        let answer = attachment("list-\"BIO\u{202e}/../1\r\nX: y", Vec::new());
        let named = answer.headers().get(header::CONTENT_DISPOSITION).unwrap();
        assert_eq!(named, "attachment; filename=\"list-BIO1Xy.csv\"");
    }
}
