//! Finding tickets by the words of person, address, subject and message. Words are folded alike when written and when asked for, so that
//! both databases have only letters and digits to compare.

use std::collections::BTreeSet;

use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;

use super::settle::NewTicket;
use super::{Store, StoreError};
use crate::people::Person;

/// Words of a ticket that are kept to be found by.
const MOST_WORDS: usize = 400;
/// Words of a question that count.
const MOST_ASKED: usize = 12;
/// Letters of a word that count.
const LONGEST: usize = 40;

/// Lower-case, without accents, letters and digits only: the words of a text in their order.
pub fn folded(text: &str) -> impl Iterator<Item = String> + '_ {
    text.split(|c: char| !c.is_alphanumeric() && !is_combining_mark(c))
        .map(|word| {
            word.nfkd()
                .filter(|c| !is_combining_mark(*c))
                .flat_map(char::to_lowercase)
                .filter(|c| c.is_alphanumeric())
                .take(LONGEST)
                .collect::<String>()
        })
        .filter(|word| !word.is_empty())
}

/// What a ticket is found by.
pub fn words_of(ticket: &NewTicket, person: &Person) -> String {
    let registered = person.registered();
    let known = registered.map(|r| format!("{} {} {}", r.candidate.email, r.candidate.id, r.institution.name)).unwrap_or_default();
    let texts = [
        ticket.person.as_deref().unwrap_or_default(),
        &ticket.sender,
        ticket.from_address.as_deref().unwrap_or_default(),
        &known,
        &ticket.subject,
        &ticket.words,
    ];
    let mut seen = BTreeSet::new();
    let words = texts.into_iter().flat_map(folded).filter(|w| seen.insert(w.clone())).take(MOST_WORDS);
    words.collect::<Vec<_>>().join(" ")
}

impl Store {
    /// Makes tickets findable that an older version wrote; answers how many.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn make_findable(&self) -> Result<usize, StoreError> {
        const SQL: &str = "SELECT number, COALESCE(person, ''), sender, COALESCE(from_address, ''), subject, words FROM ticket
            WHERE number NOT IN (SELECT rowid FROM ticket_find) LIMIT 500";
        const FIND: &str = "INSERT INTO ticket_find (rowid, text) VALUES ($1, $2)";
        type Row = (i64, String, String, String, String, String);
        let mut done = 0;
        loop {
            let rows: Vec<Row> = on!(self, pool => sqlx::query_as(SQL).fetch_all(pool).await?);
            if rows.is_empty() {
                return Ok(done);
            }
            done += rows.len();
            within!(self, tx => {
                for (number, person, sender, from, subject, words) in &rows {
                    let texts = [person, sender, from, subject, words];
                    let mut seen = BTreeSet::new();
                    let words: Vec<String> = texts.into_iter().flat_map(|t| folded(t)).filter(|w| seen.insert(w.clone())).take(MOST_WORDS).collect();
                    sqlx::query(FIND).bind(number).bind(words.join(" ")).execute(&mut *tx).await?;
                }
            });
        }
    }

    /// Tickets that hold every word of `asked`, the last one perhaps unfinished, the newest first; `T-12` and `12` name a ticket by its
    /// number. Answers numbers. Nothing of `asked` is more than words.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn find(&self, asked: &str, most: u32) -> Result<Vec<i64>, StoreError> {
        const SQLITE: &str = "SELECT rowid FROM ticket_find WHERE ticket_find MATCH $1 ORDER BY rowid DESC LIMIT $2";
        const POSTGRES: &str =
            "SELECT rowid FROM ticket_find WHERE to_tsvector('simple', text) @@ to_tsquery('simple', $1) ORDER BY rowid DESC LIMIT $2";
        const NUMBER: &str = "SELECT number FROM ticket WHERE number = $1";
        let bounded: String = asked.chars().take(400).collect();
        let trimmed = bounded.trim().trim_start_matches(['T', 't']).trim_start_matches(['-', '#']);
        let mut found = Vec::new();
        if let Ok(number) = trimmed.parse::<i64>() {
            let row: Option<(i64,)> = on!(self, pool => sqlx::query_as(NUMBER).bind(number).fetch_optional(pool).await?);
            found.extend(row.map(|(number,)| number));
        }
        let words: Vec<String> = folded(&bounded).take(MOST_ASKED).collect();
        let Some((last, before)) = words.split_last() else { return Ok(found) };
        let rows: Vec<(i64,)> = match self {
            Self::Sqlite(pool, _) => {
                let quoted = before.iter().map(|w| format!("\"{w}\" ")).collect::<String>();
                sqlx::query_as(SQLITE).bind(format!("{quoted}\"{last}\"*")).bind(i64::from(most)).fetch_all(pool).await?
            }
            Self::Postgres(pool) => {
                let joined = before.iter().map(|w| format!("{w} & ")).collect::<String>();
                sqlx::query_as(POSTGRES).bind(format!("{joined}{last}:*")).bind(i64::from(most)).fetch_all(pool).await?
            }
        };
        let named = found.first().copied();
        found.extend(rows.into_iter().map(|(number,)| number).filter(|n| Some(*n) != named));
        Ok(found)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_folded_alike_however_they_are_written() {
        let words = |text: &str| folded(text).collect::<Vec<_>>().join(" ");
        assert_eq!(words("Élodie D’Amours-Côté <e.damours@uni.example>"), "elodie d amours cote e damours uni example");
        assert_eq!(words("' OR 1=1 -- \"* %_\\"), "or 1 1");
        assert_eq!(words("ＡＢＣ-１２"), "abc 12");
        assert!(words(&"x".repeat(1_000_000)).len() <= LONGEST);
    }
}
