//! What taking a register would change, and when that looks like a broken export.

use crate::people::import::Table;

/// Above one in so many candidates gone, a register looks like a broken export.
const MOST_GONE: u64 = 10;
/// Smaller institutions may lose anybody.
const SMALLEST: u64 = 20;
/// Institutions that a refusal names.
const MOST_NAMED: usize = 10;

/// Rows of one table, or candidates of one institution.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counted {
    /// How many there were.
    pub before: u64,
    /// How many there would be.
    pub after: u64,
    /// New ones.
    pub added: u64,
    /// The same id, something else different.
    pub changed: u64,
    /// No longer there.
    pub gone: u64,
}

impl Counted {
    /// Whether nothing would change.
    pub fn is_nothing(&self) -> bool {
        self.added + self.changed + self.gone == 0
    }

    fn loses_too_many(&self) -> bool {
        self.gone * MOST_GONE > self.before
    }

    /// Without the `over` that may go.
    fn less(self, over: u64) -> Self {
        Self { before: self.before.saturating_sub(over), gone: self.gone.saturating_sub(over), ..self }
    }
}

/// The candidates of one institution; whoever moved to another is gone here and added there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OfInstitution {
    /// `institution_id`.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Its candidates.
    pub candidates: Counted,
}

/// What taking a register would change, or changed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Change {
    /// In the order of [`Table::ALL`].
    pub tables: [Counted; 5],
    /// Institutions whose candidates would change, most first.
    pub institutions: Vec<OfInstitution>,
    /// Registrations that would go for evaluations that are over: nobody misses them.
    pub over: u64,
}

impl Change {
    /// The rows of one table.
    pub fn of(&self, table: Table) -> Counted {
        Table::ALL.iter().zip(self.tables).find(|(t, _)| **t == table).map(|(_, counted)| counted).unwrap_or_default()
    }

    /// Whether the register would stay as it is.
    pub fn is_nothing(&self) -> bool {
        self.tables.iter().all(Counted::is_nothing)
    }

    /// Why this looks like a broken export and not like a change: whom it would lose, by institution, and what of theirs.
    pub fn refusal(&self) -> Option<String> {
        let mut losses = Vec::new();
        let candidates = self.of(Table::Candidates);
        if candidates.loses_too_many() {
            losses.push(format!("{} of {} candidates in all", candidates.gone, candidates.before));
        }
        let heavy: Vec<_> = self.institutions.iter().filter(|i| i.candidates.before >= SMALLEST && i.candidates.loses_too_many()).collect();
        losses.extend(
            heavy.iter().take(MOST_NAMED).map(|i| format!("{} of {} of {} ({})", i.candidates.gone, i.candidates.before, i.name, i.id)),
        );
        if let Some(more) = heavy.len().checked_sub(MOST_NAMED).filter(|more| *more > 0) {
            losses.push(format!("and {more} more institutions"));
        }
        let mut why = (!losses.is_empty()).then(|| format!("over a tenth of the candidates would go: {}", losses.join(", ")));
        for (table, over) in [(Table::Registrations, self.over), (Table::Invitations, 0)] {
            let counted = self.of(table).less(over);
            if counted.before >= SMALLEST && counted.loses_too_many() {
                let name = table.file().trim_end_matches(".csv");
                let lost = match counted.gone == counted.before {
                    true => format!("all {} {name} would go", counted.before),
                    false => format!("{} of {} {name} would go", counted.gone, counted.before),
                };
                why = Some(why.map_or(lost.clone(), |why| format!("{why}; {lost}")));
            }
        }
        why
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counted(before: u64, gone: u64) -> Counted {
        Counted { before, after: before - gone, gone, ..Counted::default() }
    }

    #[test]
    fn over_a_tenth_of_all_or_of_one_institution_is_refused_by_name() {
        // (says, all, one institution, named in the refusal)
        let cases = [
            ("a tenth exactly", counted(1_000, 100), counted(100, 10), None),
            ("over a tenth of all", counted(1_000, 101), counted(100, 10), Some("101 of 1000 candidates in all")),
            ("over a tenth of one", counted(1_000, 11), counted(100, 11), Some("11 of 100 of Uni (I1)")),
            ("a small one", counted(1_000, 10), counted(19, 10), None),
            ("nobody before", counted(0, 0), counted(0, 0), None),
        ];
        for (says, all, one, expected) in cases {
            let mut change = Change::default();
            change.tables[2] = all;
            change.institutions.push(OfInstitution { id: "I1".into(), name: "Uni".into(), candidates: one });
            let refusal = change.refusal();
            assert_eq!(refusal.is_some(), expected.is_some(), "{says}: {refusal:?}");
            assert!(refusal.unwrap_or_default().contains(expected.unwrap_or_default()), "{says}");
        }
    }

    #[test]
    fn over_a_tenth_of_registrations_or_invitations_is_refused_unless_their_evaluations_are_over() {
        // (says, registrations, of them for evaluations that are over, invitations, the refusal)
        let none = counted(0, 0);
        let cases = [
            ("all invitations", none, 0, counted(30, 30), Some("all 30 invitations would go")),
            ("over a tenth of the invitations", none, 0, counted(100, 11), Some("11 of 100 invitations would go")),
            ("a tenth exactly", counted(100, 10), 0, counted(100, 10), None),
            ("few", counted(19, 19), 0, counted(19, 5), None),
            ("half of the registrations", counted(200, 100), 0, none, Some("100 of 200 registrations would go")),
            ("all of a term that is over", counted(200, 200), 200, none, None),
            ("a term that is over, and a few", counted(200, 105), 100, none, None),
            ("a term that is over, and half of the next", counted(200, 150), 100, none, Some("50 of 100 registrations would go")),
        ];
        for (says, registrations, over, invitations, expected) in cases {
            let change = Change { tables: [none, none, none, registrations, invitations], over, ..Change::default() };
            assert_eq!(change.refusal().as_deref(), expected, "{says}");
        }
    }
}
