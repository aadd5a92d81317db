//! Numbers to what the page shows.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::{Gathered, figures};
use crate::desk::seat::Seat;
use crate::desk::{Desk, chart, format, rules};
use crate::facts::Language;
use crate::store::staff::Role;
use crate::store::statistics::Answer;
use crate::triage::corrected::Correction;

/// What is done, in the order of the columns, and how a bar shows it.
const DONE: [(&str, &str); 5] =
    [("escalate", "c-esc"), ("auto_reply", "c-auto"), ("draft", "c-draft"), ("hand_over", "c-hand"), ("ignore", HOLLOW)];
/// Nothing was sent.
const HOLLOW: &str = "c-ign";
/// Within so many minutes somebody whose evaluation is imminent shall have a reply.
const GOAL: f64 = 5.0;
/// Rules that are listed at least, and at most.
const RULES: usize = 8;
const MOST_RULES: usize = 40;
/// An evaluation that begins within this is imminent.
const IMMINENT: SignedDuration = SignedDuration::from_hours(24);

/// Whoever looks, and what they are told.
struct Eye<'a> {
    desk: &'a Desk,
    seat: &'a Seat,
    of: &'a Gathered,
}

/// The page.
pub(super) fn page(desk: &Desk, seat: &Seat, of: &Gathered) -> Value {
    let eye = Eye { desk, seat, of };
    let periods: Vec<Value> = [("1", 1, "statistics.today"), ("7", 7, "statistics.week"), ("30", 30, "statistics.month")]
        .map(|(days, n, word)| json!({"days": days, "word": word, "current": n == of.days}))
        .to_vec();
    let period = match of.days {
        1 => "statistics.today",
        7 => "statistics.week",
        _ => "statistics.month",
    };
    json!({
        "title": eye.say("frame.statistics", &[]),
        "here": format!("/statistics?days={}", of.days),
        "days": of.days,
        "period": period,
        "periods": periods,
        "when": eye.when(),
        "figures": eye.figures(),
        "cases": eye.cases(),
        "chart": eye.chart(),
        "rules": eye.rules(),
        "ahead": eye.ahead(),
        "lists": seat.staff.role >= Role::Lead,
    })
}

impl Eye<'_> {
    fn say(&self, word: &str, values: &[(&str, &str)]) -> String {
        self.desk.words.say(self.seat.language, word, values)
    }

    fn count(&self, count: i64) -> String {
        figures::count(count, self.seat.language)
    }

    fn minutes(&self, minutes: f64) -> String {
        figures::minutes(minutes, self.seat.language)
    }

    fn weekday(&self, at: Timestamp) -> String {
        format::weekday(at, self.of.now, &self.of.zone, self.seat.language)
    }

    fn when(&self) -> String {
        let own = Some(self.seat.staff.zone.as_str()).filter(|z| !z.is_empty()).unwrap_or(&self.desk.settings.time_zone);
        let city = format::city(own, &self.desk.words, self.seat.language);
        let time = format::time(self.of.now, &self.of.zone, self.seat.language);
        let (from, day) = (self.weekday(self.of.span.from), self.weekday(self.of.now));
        let word = if self.of.days == 1 { "statistics.when_day" } else { "statistics.when" };
        self.say(word, &[("from", &from), ("day", &day), ("time", &time), ("city", &city)])
    }

    /// The five figures.
    fn figures(&self) -> Vec<Value> {
        let (of, answered) = (self.of, self.of.answered());
        let imminent: Vec<&Answer> = answered.iter().filter(|a| a.imminent).collect();
        let slowest = imminent.iter().map(|a| a.waited).max().map(|w| self.minutes(w.as_secs_f64() / 60.0));
        let alone = as_count(answered.iter().filter(|a| a.alone).count());
        let requests = of.requests();
        let corrected: i64 = of.corrected.iter().map(|c| c.times).sum();
        let (median, long) = (figures::median(answered.iter()), figures::median(of.answers.iter()));
        let figure = |word: &str, value: Option<String>, unit: &str, detail: String| json!({"word": word, "value": value.as_deref().unwrap_or("–"), "unit": value.as_ref().map(|_| unit), "detail": detail});
        let long = long.map_or_else(String::new, |m| self.say("statistics.long_median", &[("minutes", &self.minutes(m))]));
        let urgent = slowest.map_or_else(
            || self.say("statistics.no_imminent", &[]),
            |slowest| {
                let people = self.count(as_count(imminent.len()));
                self.say("statistics.slowest", &[("minutes", &slowest), ("people", &people)])
            },
        );
        vec![
            figure(
                "statistics.requests",
                Some(self.count(requests)),
                "",
                self.say("statistics.and_automatic", &[("n", &self.count(of.no_requests))]),
            ),
            figure("statistics.median", median.map(|m| self.minutes(m)), "min", long),
            figure("statistics.median_imminent", figures::median(imminent.into_iter()).map(|m| self.minutes(m)), "min", urgent),
            figure(
                "statistics.alone",
                (requests > 0).then(|| figures::percent(alone, requests).to_string()),
                "%",
                self.say("statistics.of", &[("part", &self.count(alone)), ("whole", &self.count(requests))]),
            ),
            figure(
                "statistics.corrected",
                Some(self.count(corrected)),
                "",
                self.say("statistics.of_yours", &[("n", &self.count(requests - alone))]),
            ),
        ]
    }

    /// Tickets by case and action, most first.
    fn cases(&self) -> Value {
        let mut by_case: BTreeMap<&str, [i64; DONE.len()]> = BTreeMap::new();
        for c in &self.of.conclusions {
            let counts = by_case.entry(&c.case).or_default();
            // What a newer version may do beside these stands among the drafts rather than nowhere.
            let at = DONE.iter().position(|(action, _)| *action == c.action).unwrap_or(2);
            counts.iter_mut().skip(at).take(1).for_each(|count| *count += c.tickets);
        }
        let mut rows: Vec<(String, [i64; DONE.len()])> =
            by_case.into_iter().map(|(case, counts)| (rules::case_name(self.desk, self.seat.language, case), counts)).collect();
        rows.sort_by_key(|(_, counts)| -counts.iter().sum::<i64>());
        if self.of.no_requests > 0 {
            rows.push((self.say("statistics.automatic_or_resolved", &[]), [0, 0, 0, 0, self.of.no_requests]));
        }
        let most = rows.iter().map(|(_, counts)| counts.iter().sum::<i64>()).max().unwrap_or(0);
        let mut totals = [0; DONE.len()];
        let told: Vec<Value> = rows
            .iter()
            .map(|(name, counts)| {
                totals.iter_mut().zip(counts).for_each(|(total, count)| *total += count);
                let classes = DONE.map(|(_, class)| class);
                let bar: Vec<(&'static str, i64)> = classes.into_iter().zip(*counts).collect();
                json!({"name": name, "bar": chart::pieces(&bar, most, HOLLOW), "counts": counts.map(|c| self.cell(c)),
                    "all": self.count(counts.iter().sum())})
            })
            .collect();
        let heads = DONE.map(|(action, class)| json!({"word": format!("action.{action}"), "class": class}));
        json!({"heads": heads, "rows": told, "totals": totals.map(|t| self.count(t)), "all": self.count(totals.iter().sum())})
    }

    /// Nothing is a dash.
    fn cell(&self, count: i64) -> Option<String> {
        (count > 0).then(|| self.count(count))
    }

    fn chart(&self) -> Value {
        let hours = self.of.days == 1;
        let language = self.seat.language;
        let name = |at: Timestamp| match hours {
            true => format::time(at, &self.of.zone, language),
            false => format::day(at, self.of.now, &self.of.zone, language),
        };
        let medians = self.of.medians();
        let labels: Vec<String> = medians.iter().map(|m| name(m.at)).collect();
        let (everyone, imminent): (Vec<_>, Vec<_>) = medians.iter().map(|m| (m.everyone, m.imminent)).unzip();
        if everyone.iter().all(Option::is_none) {
            return Value::Null;
        }
        let ends = |values: &[Option<f64>]| {
            let (first, last) = (values.iter().flatten().next(), values.iter().flatten().next_back());
            first.zip(last).map(|(first, last)| (self.minutes(*first), self.minutes(*last)))
        };
        let told = |word: &str, values: &[Option<f64>]| {
            ends(values).map(|(first, last)| self.say(word, &[("first", &first), ("last", &last)])).unwrap_or_default()
        };
        let (first, last) = (labels.first().map_or("", String::as_str), labels.last().map_or("", String::as_str));
        let goal = self.minutes(GOAL);
        let title = self.say("statistics.chart_title", &[("from", first), ("to", last), ("goal", &goal)]);
        let lines = [told("statistics.chart_everyone", &everyone), told("statistics.chart_imminent", &imminent)];
        let summary = [title].into_iter().chain(lines).filter(|line| !line.is_empty()).collect::<Vec<_>>().join(" ");
        let rows: Vec<Value> = medians
            .iter()
            .zip(&labels)
            .rev()
            .filter(|(m, _)| m.everyone.is_some())
            .map(|(m, label)| json!({"label": label, "everyone": m.everyone.map(|m| self.minutes(m)), "imminent": m.imminent.map(|m| self.minutes(m))}))
            .collect();
        json!({
            "plot": chart::plot(&labels, &everyone, &imminent, GOAL),
            "summary": summary,
            "everyone": ends(&everyone).map(|(_, last)| last),
            "imminent": ends(&imminent).map(|(_, last)| last),
            "per": if hours { "statistics.per_hour" } else { "statistics.per_day" },
            "head": if hours { "statistics.hour" } else { "statistics.day" },
            "goal": goal,
            "rows": rows,
        })
    }

    /// What people changed after a rule decided, most corrected first; then rules that fired and stood.
    fn rules(&self) -> Vec<Value> {
        let fired = rules::fired(&self.of.conclusions);
        let mut corrected: BTreeMap<&str, BTreeMap<String, i64>> = BTreeMap::new();
        for c in &self.of.corrected {
            *corrected.entry(&c.rule).or_default().entry(self.became(&c.kind, &c.said)).or_default() += c.times;
        }
        let mut rows: Vec<(String, i64, i64, String, String)> = Vec::new();
        for (rule, changes) in &corrected {
            let case = rules::case_of(self.desk, rule);
            let (times, fired) = (changes.values().sum(), case.and_then(|c| fired.get(c).copied()).unwrap_or(0));
            let mut changes: Vec<(&String, &i64)> = changes.iter().collect();
            changes.sort_by_key(|(_, times)| -**times);
            let became: Vec<String> = changes.iter().take(4).map(|(word, times)| format!("{word} {}", self.count(**times))).collect();
            rows.push((rules::short_name(rule), fired, times, case.unwrap_or_default().to_owned(), became.join(", ")));
        }
        rows.sort_by_key(|(_, _, times, ..)| -times);
        rows.truncate(MOST_RULES);
        let mut stood: Vec<(&str, i64)> = fired.iter().map(|(case, n)| (*case, *n)).collect();
        stood.sort_by_key(|(_, n)| -n);
        for (case, n) in stood {
            let rule = rules::rule_of(self.desk, case);
            if rows.len() < RULES && !corrected.keys().any(|r| *r == rule) {
                rows.push((rules::short_name(rule), n, 0, case.to_owned(), String::new()));
            }
        }
        rows.into_iter()
            .map(|(name, fired, times, case, became)| {
                json!({"name": if name.is_empty() { self.say("statistics.no_rule", &[]) } else { name }, "case": case, "fired": self.cell(fired),
                    "times": self.cell(times), "bar": chart::share(times, fired.max(times)),
                    "share": figures::percent(times, fired.max(times)), "became": became})
            })
            .collect()
    }

    /// What a correction made of it, without anybody's data.
    fn became(&self, kind: &str, said: &str) -> String {
        let (kind, of) = kind.split_once('.').unwrap_or((kind, ""));
        match (kind, serde_json::from_str::<Correction>(said)) {
            ("case", Ok(Correction::Case(case))) => {
                self.say("statistics.became_case", &[("case", &rules::case_name(self.desk, self.seat.language, &case))])
            }
            ("fact", _) => self.say("statistics.became_fact", &[("fact", &self.say(&format!("statistics.fact_{of}"), &[]))]),
            ("person" | "not_person" | "language" | "not_automatic", _) => self.say(&format!("statistics.became_{kind}"), &[]),
            _ => self.say("statistics.became_other", &[]),
        }
    }

    fn ahead(&self) -> Vec<Value> {
        let most = self.of.ahead.iter().map(|a| a.not_activated).max().unwrap_or(0);
        self.of
            .ahead
            .iter()
            .map(|a| {
                let starts = Timestamp::from_millisecond(a.starts_at).unwrap_or(self.of.now);
                let title = if self.seat.language == Language::Fr { &a.title_fr } else { &a.title_en };
                json!({"id": a.id, "starts": starts.to_string(), "when": format::day_time(starts, self.of.now, &self.of.zone, self.seat.language),
                    "red": starts.duration_since(self.of.now) <= IMMINENT, "course": format::visible(&a.course_code),
                    "title": format::visible(title), "institution": format::visible(&a.institution), "registered": self.count(a.registered),
                    "not_activated": self.count(a.not_activated), "bar": chart::share(a.not_activated, most), "expired": self.cell(a.expired)})
            })
            .collect()
    }
}

fn as_count(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}
