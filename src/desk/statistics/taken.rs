//! The statistics as a table to take along: `what,of,part,value`, named as programs name things, whatever the language of the page.

use super::Gathered;

/// The rows, their heads first.
pub(super) fn rows(gathered: &Gathered) -> Vec<Vec<String>> {
    let mut rows = vec![["what", "of", "part", "value"].map(str::to_owned).to_vec()];
    let mut row = |what: &str, of: &str, part: &str, value: String| rows.push(vec![what.to_owned(), of.to_owned(), part.to_owned(), value]);
    row("messages", "requests", "", gathered.requests().to_string());
    row("messages", "automatic_or_thanks", "", gathered.no_requests.to_string());
    row("messages", "answered_by_the_desk_alone", "", gathered.answered().iter().filter(|a| a.alone).count().to_string());
    for c in &gathered.conclusions {
        row("tickets", &c.case, &c.action, c.tickets.to_string());
    }
    for m in gathered.medians() {
        let at = m.at.to_zoned(gathered.zone.clone()).strftime("%Y-%m-%dT%H:%M:%S%:z").to_string();
        for (part, minutes) in [("everyone", m.everyone), ("imminent", m.imminent)] {
            row("median_minutes_to_first_reply", &at, part, minutes.map(|m| format!("{m:.2}")).unwrap_or_default());
        }
    }
    for c in &gathered.corrected {
        // Which candidate it is not is told to nobody.
        row("corrections", &c.rule, c.kind.split('.').next().unwrap_or_default(), c.times.to_string());
    }
    for a in &gathered.ahead {
        for (part, value) in [("registered", a.registered), ("not_activated", a.not_activated), ("code_expired", a.expired)] {
            row("evaluations_ahead", &a.course_code, part, value.to_string());
        }
    }
    rows
}
