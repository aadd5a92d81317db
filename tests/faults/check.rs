//! What became of everything that was delivered, by the servers' own journals.

use std::collections::BTreeMap;

use crate::bench::Bench;
use crate::letters::header;

/// What went wrong, and what nobody can know. All but `in_doubt` has to be empty.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Tally {
    /// Neither a draft nor a reply, and no reply of which a person was told.
    pub lost: usize,
    /// More than one draft, or a draft beside a reply.
    pub drafted_twice: usize,
    /// More than one reply.
    pub sent_twice: usize,
    /// More than one copy among sent mail.
    pub copied_twice: usize,
    /// Sent without a copy among sent mail, and no person was told that it may have left.
    pub uncopied: usize,
    /// Answers to what deserves none: machines, copies, what was replaced.
    pub unasked: usize,
    /// Replies that may have left, which a person is told of: SMTP cannot tell.
    pub in_doubt: usize,
}

impl Tally {
    /// Reads the journals. `sent`: what the SMTP server took.
    pub fn of(bench: &Bench, sent: &[Vec<u8>]) -> Self {
        let (drafts, sent, copies) = (answers(&bench.dovecot.drafts()), answers(sent), answers(&bench.dovecot.folder("Sent")));
        let count = |of: &BTreeMap<String, usize>, id: &str| of.get(id).copied().unwrap_or(0);
        let (mut tally, mut open, mut uncopied) = (Self::default(), 0, 0);
        for id in bench.expected.keys() {
            let (drafted, left, copied) = (count(&drafts, id), count(&sent, id), count(&copies, id));
            tally.drafted_twice += (drafted + left.min(1)).saturating_sub(1);
            tally.sent_twice += left.saturating_sub(1);
            tally.copied_twice += copied.saturating_sub(1);
            open += usize::from(drafted + left == 0);
            uncopied += usize::from(left > 0 && copied == 0);
        }
        tally.unasked = drafts.keys().chain(sent.keys()).filter(|id| !bench.expected.contains_key(*id)).count();
        // What is neither drafted nor known to have left has to be one of the replies that a person is told of.
        tally.in_doubt = bench.replies("unknown");
        let unknown = (open + uncopied).saturating_sub(tally.in_doubt);
        tally.uncopied = unknown.min(uncopied);
        tally.lost = unknown - tally.uncopied;
        tally
    }

    /// Whether everything has come to its end, as far as that can be known.
    pub fn is_done(&self) -> bool {
        self.lost + self.uncopied == 0
    }

    /// Whether all is well, but for what nobody can know.
    pub fn is_good(&self) -> bool {
        *self == Self { in_doubt: self.in_doubt, ..Self::default() }
    }
}

/// How often each message is answered, by In-Reply-To.
fn answers(mails: &[Vec<u8>]) -> BTreeMap<String, usize> {
    let mut answers = BTreeMap::new();
    for mail in mails {
        *answers.entry(header(mail, "In-Reply-To").trim_matches(['<', '>']).to_owned()).or_default() += 1;
    }
    answers
}

#[test]
fn the_checker_sees_what_is_wrong() {
    let mut bench = Bench::furnish("checked", 1, "");
    let answer = |to: &str| format!("From: support@nexam.example\r\nIn-Reply-To: <{to}>\r\n\r\nHello\r\n").into_bytes();
    let (drafts, copies, sent) = (["b", "b", "d", "e", "machine"], ["c", "c", "d"], ["c", "c", "d", "f"]);
    bench.expected.extend(["a", "b", "c", "d", "e", "f"].map(|id| (id.to_owned(), 0)));
    drafts.iter().for_each(|id| bench.dovecot.deliver_to("Drafts", &answer(id)));
    copies.iter().for_each(|id| bench.dovecot.deliver_to("Sent", &answer(id)));
    let tally = Tally::of(&bench, &sent.map(answer));
    // `a` has nothing, and no copy is kept of `f`; `b` has two drafts and `d` one beside its reply; `c` was sent and kept twice.
    assert_eq!(tally, Tally { lost: 1, drafted_twice: 2, sent_twice: 1, copied_twice: 1, uncopied: 1, unasked: 1, in_doubt: 0 });
}
