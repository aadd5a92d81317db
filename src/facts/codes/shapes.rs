//! What runs of letters and digits are that are no code: hours, days, postal codes, courses, students.

use crate::facts::vocabulary::Words;

/// `9h30`, `2nd`, `14:`: hours, ordinals and measures.
pub fn is_time_or_ordinal(group: &str) -> bool {
    let digits = group.bytes().take_while(u8::is_ascii_digit).count();
    let rest = group.get(digits..).unwrap_or("");
    digits > 0
        && digits <= 4
        && (TIME_OR_ORDINAL.has(rest) || (rest.starts_with('h') && rest.len() == 3 && rest.bytes().skip(1).all(|b| b.is_ascii_digit())))
}

/// A Canadian postal code: `H2X 1Y4`.
pub fn is_postal(written: &str) -> bool {
    let plain: Vec<u8> = written.bytes().filter(u8::is_ascii_alphanumeric).collect();
    plain.len() == 6 && plain.iter().enumerate().all(|(i, b)| if i % 2 == 0 { b.is_ascii_alphabetic() } else { b.is_ascii_digit() })
}

/// `21-11-2025`, `06-apr-2026`, `2026-03-14t09`, `9h30-12h30`: days and hours.
pub fn is_date_like(lower: &str) -> bool {
    let stamp = lower.split_once('t').is_some_and(|(day, hour)| {
        let number = |s: &str, least: usize| s.len() >= least && s.bytes().all(|b| b.is_ascii_digit() || b == b'-');
        number(day, 8) && number(hour, 2) && (day.starts_with("20") || day.starts_with("19"))
    });
    if stamp {
        return true;
    }
    if lower.split(['-', '/']).all(is_time_or_ordinal) {
        return true;
    }
    let mut parts = lower.split(['-', '/']);
    let (Some(day), Some(month), Some(year)) = (parts.next(), parts.next(), parts.next()) else { return false };
    day.bytes().all(|b| b.is_ascii_digit())
        && crate::facts::dates::words::month(month).is_some()
        && year.bytes().all(|b| b.is_ascii_digit())
}

/// `covid-19`, `marie2-louise`, `3-year-old`: words with a number, not a code.
pub fn is_hyphenated_word(written: &str) -> bool {
    let parts: Vec<&str> = written.split(['-', '/', '–', '‑', '‐']).collect();
    let digits = parts.iter().filter(|p| p.bytes().all(|b| b.is_ascii_digit())).count();
    let lower_words = parts.iter().filter(|p| p.len() >= 3 && p.bytes().all(|b| b.is_ascii_lowercase())).count();
    let short_number = parts.iter().all(|p| p.bytes().any(|b| b.is_ascii_alphabetic()) || p.len() <= 2);
    digits + lower_words == parts.len() && lower_words > 0 && (short_number || parts.len() > 2)
}

/// `psy-2140`, `gia1107`, `201-nya-05`, `ang-102-mq`: letters and three or four digits, or Quebec's three groups.
pub fn is_course_shape(lower: &str) -> bool {
    let parts: Vec<&str> = lower.split(['-', '‑', '–', '‐']).collect();
    let letters = |s: &str| (2..=5).contains(&s.len()) && s.bytes().all(|b| b.is_ascii_alphabetic());
    let number = |s: &str| {
        let digits = s.bytes().take_while(u8::is_ascii_digit).count();
        (3..=4).contains(&digits) && s.len() - digits <= 1 && s.bytes().skip(digits).all(|b| b.is_ascii_alphabetic())
    };
    match parts.as_slice() {
        [one] => {
            let head = one.bytes().take_while(u8::is_ascii_alphabetic).count();
            one.get(..head).is_some_and(letters) && one.get(head..).is_some_and(number)
        }
        [a, b] => letters(a) && (number(b) || a.len() >= 3 && b.len() == 2 && b.bytes().all(|x| x.is_ascii_digit())),
        [a, b, c] => {
            (a.len() == 3 && a.bytes().all(|x| x.is_ascii_digit()) && b.len() == 3 && c.len() == 2)
                || (letters(a) && number(b) && b.len() == 3 && a.len() <= 4 && c.len() == 2 && c.bytes().all(|x| x.is_ascii_alphabetic()))
        }
        _ => false,
    }
}

/// `s2104417`, `e1234567`: a letter or two and a long number.
pub fn is_student_number(lower: &str) -> bool {
    let head = lower.bytes().take_while(u8::is_ascii_alphabetic).count();
    (1..=2).contains(&head) && lower.len() - head >= 6 && lower.bytes().skip(head).all(|b| b.is_ascii_digit())
}

static TIME_OR_ORDINAL: Words = Words::new("am pm h st nd rd th er e eme ieme x min hrs k g gb mb mo px fa days jours ans");
