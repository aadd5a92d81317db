//! Answers to medians, instants to hours and days, and figures as people read them.

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan, Zoned};

use crate::facts::Language;
use crate::store::statistics::{Answer, Span};

/// The last days up to now, whole ones in the zone of whoever looks: 1 is today.
pub fn last_days(days: i64, now: Timestamp, zone: &TimeZone) -> Span {
    let first = midnight(now, zone).checked_sub((days - 1).days()).map_or(now, |day| day.timestamp());
    Span { from: first.min(now), to: now.saturating_add(SignedDuration::from_millis(1)).unwrap_or(now) }
}

fn midnight(at: Timestamp, zone: &TimeZone) -> Zoned {
    let at = at.to_zoned(zone.clone());
    at.start_of_day().unwrap_or(at)
}

/// Where the hours or days of a span begin; `hours`: hours, of whatever length a day has of them.
pub fn beginnings(span: Span, hours: bool, zone: &TimeZone) -> Vec<Timestamp> {
    /// More than 30 days and a day of 25 hours have.
    const MOST: usize = 64;
    let first = midnight(span.from, zone);
    let later = |n: i64| if hours { first.checked_add(n.hours()) } else { first.checked_add(n.days()) };
    (0..).map_while(|n| later(n).ok().map(|z| z.timestamp()).filter(|at| *at < span.to)).take(MOST).collect()
}

/// The median of an hour or a day, in minutes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Medians {
    /// When it begins.
    pub at: Timestamp,
    /// Of everyone.
    pub everyone: Option<f64>,
    /// Of those whose evaluation was imminent.
    pub imminent: Option<f64>,
}

/// The medians between the beginnings; `answers` in the order of arrival.
pub fn medians(answers: &[Answer], beginnings: &[Timestamp]) -> Vec<Medians> {
    let behind = |at: Timestamp| answers.partition_point(|a| a.received_at < at);
    beginnings
        .iter()
        .enumerate()
        .map(|(n, at)| {
            let end = beginnings.get(n + 1).map_or(answers.len(), |next| behind(*next));
            let here = answers.get(behind(*at)..end).unwrap_or_default();
            Medians { at: *at, everyone: median(here.iter()), imminent: median(here.iter().filter(|a| a.imminent)) }
        })
        .collect()
}

/// The median of how long people waited, in minutes; none where nobody did.
pub fn median<'a>(answers: impl Iterator<Item = &'a Answer>) -> Option<f64> {
    let mut waited: Vec<SignedDuration> = answers.map(|a| a.waited).collect();
    waited.sort_unstable();
    let middle = waited.len() / 2;
    let upper = waited.get(middle)?.as_secs_f64();
    let lower = if waited.len() % 2 == 1 { upper } else { waited.get(middle.checked_sub(1)?)?.as_secs_f64() };
    Some(f64::midpoint(lower, upper) / 60.0)
}

/// Minutes: a tenth counts below ten. `9`, `2.4`, `2,4`.
pub fn minutes(minutes: f64, language: Language) -> String {
    let text = if minutes < 9.95 { format!("{minutes:.1}") } else { format!("{minutes:.0}") };
    let text = text.strip_suffix(".0").unwrap_or(&text);
    if language == Language::Fr { text.replace('.', ",") } else { text.to_owned() }
}

/// `1,204`, `1 204` with a thin space that does not break.
pub fn count(count: i64, language: Language) -> String {
    let digits = count.unsigned_abs().to_string();
    let separator = if language == Language::Fr { '\u{202f}' } else { ',' };
    let mut out = String::from(if count < 0 { "-" } else { "" });
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(separator);
        }
        out.push(digit);
    }
    out
}

/// How much `part` is of `whole`, rounded, in percent; nothing is of nothing.
pub fn percent(part: i64, whole: i64) -> i64 {
    if whole <= 0 { 0 } else { (part * 200 + whole) / (whole * 2) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn answer(received: &str, seconds: i64, imminent: bool) -> Answer {
        Answer { received_at: at(received), imminent, waited: SignedDuration::from_secs(seconds), alone: false }
    }

    #[test]
    fn days_begin_at_midnight_of_whoever_looks() {
        let zone = TimeZone::get("America/Montreal").unwrap();
        // (now, days, from): the clocks went back on 1 November 2026.
        for (now, days, from) in [
            ("2026-11-10T19:12:00Z", 1, "2026-11-10T05:00:00Z"),
            ("2026-11-10T04:59:59Z", 1, "2026-11-09T05:00:00Z"),
            ("2026-11-10T19:12:00Z", 7, "2026-11-04T05:00:00Z"),
            ("2026-11-10T19:12:00Z", 30, "2026-10-12T04:00:00Z"),
        ] {
            let span = last_days(days, at(now), &zone);
            assert_eq!((span.from, span.to > at(now)), (at(from), true), "{now}, {days} days");
            let days_begin = beginnings(span, false, &zone);
            assert_eq!((days_begin.len() as i64, days_begin[0]), (days, span.from), "{now}, {days} days");
        }
        let long = last_days(1, at("2026-11-02T04:30:00Z"), &zone);
        assert_eq!(beginnings(long, true, &zone).len(), 25, "the day of 25 hours");
    }

    #[test]
    fn a_median_is_the_middle_or_between_the_two() {
        for (seconds, expected) in
            [(&[][..], None), (&[60], Some(1.0)), (&[60, 120], Some(1.5)), (&[600, 60, 120], Some(2.0)), (&[0, 0, 0, 6_000], Some(0.0))]
        {
            let answers: Vec<Answer> = seconds.iter().map(|s| answer("2026-11-10T12:00:00Z", *s, false)).collect();
            assert_eq!(median(answers.iter()), expected, "{seconds:?}");
        }
    }

    #[test]
    fn each_answer_counts_in_the_day_in_which_the_question_came() {
        let begins = [at("2026-11-09T05:00:00Z"), at("2026-11-10T05:00:00Z")];
        let answers = [
            answer("2026-11-08T05:00:00Z", 1, true),
            answer("2026-11-09T05:00:00Z", 60, false),
            answer("2026-11-10T04:59:59Z", 180, true),
            answer("2026-11-10T05:00:00Z", 600, false),
        ];
        let told: Vec<_> = medians(&answers, &begins).iter().map(|m| (m.everyone, m.imminent)).collect();
        assert_eq!(told, [(Some(2.0), Some(3.0)), (Some(10.0), None)]);
        assert!(medians(&answers, &[]).is_empty());
    }

    #[test]
    fn figures_are_written_as_each_language_writes_them() {
        for (value, en, fr) in [(2.44, "2.4", "2,4"), (9.0, "9", "9"), (9.96, "10", "10"), (18.4, "18", "18"), (0.0, "0", "0")] {
            assert_eq!((minutes(value, Language::En).as_str(), minutes(value, Language::Fr).as_str()), (en, fr));
        }
        for (value, en, fr) in
            [(0, "0", "0"), (999, "999", "999"), (1_204, "1,204", "1\u{202f}204"), (-1_234_567, "-1,234,567", "-1\u{202f}234\u{202f}567")]
        {
            assert_eq!((count(value, Language::En).as_str(), count(value, Language::Fr).as_str()), (en, fr));
        }
        for (part, whole, expected) in [(29, 80, 36), (1, 3, 33), (2, 3, 67), (0, 0, 0), (1, 18, 6), (5, 5, 100)] {
            assert_eq!(percent(part, whole), expected, "{part} of {whole}");
        }
    }
}
