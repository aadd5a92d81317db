//! The person's own words: a body without quoted mail, without signature and footers. Losing words is worse than leaving a quote.

mod attribution;
mod device;
mod fields;
mod legal;
mod quotes;
mod separators;
mod signature;
mod speech;

use super::Forwarded;

/// One line of a body.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Line {
    /// Its text, without line end.
    pub text: String,
    /// It stands in a block that the mail program marked as quoted.
    pub quoted: bool,
    /// It stands in a block that the mail program marked as signature.
    pub signed: bool,
}

impl Line {
    /// A line without marks.
    pub fn plain(text: impl Into<String>) -> Self {
        Self { text: text.into(), ..Self::default() }
    }

    fn is_blank(&self) -> bool {
        self.text.trim().is_empty()
    }
}

/// A body taken apart.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Words {
    /// Without quotes; the signature is kept.
    pub new_text: String,
    /// Without signature and footers too.
    pub clean: String,
    /// What was cut as quoted.
    pub quoted: Option<String>,
    /// What was cut as signature.
    pub signature: Option<String>,
}

/// Takes a body apart.
pub fn own(lines: &[Line]) -> Words {
    let quotes::Marked { quoted, attributed } = quotes::mark(lines);
    let new: Vec<(&str, bool)> = lines.iter().zip(&quoted).map(|(l, quoted)| (l.text.as_str(), !*quoted)).collect();
    let old = new.iter().map(|(text, keep)| (*text, !*keep));
    let (new_text, quote) = (gather(new.iter().copied()), gather(old));
    if !new_text.chars().any(char::is_alphabetic) && !quote.is_empty() && !attributed {
        // Nothing but a forward: the forwarded words are all there is to read.
        let new_text = without_forward_head(&quote);
        let (clean, signature) = cut_signature(&new_text);
        return Words { new_text, clean, quoted: None, signature: some(signature) };
    }
    let (clean, signature) = without_signatures(lines, &quoted);
    Words { new_text, clean, quoted: some(without_marks(&quote)), signature: some(signature) }
}

/// The lines to keep as one text; one gap stays where something was taken out.
fn gather<'a>(lines: impl Iterator<Item = (&'a str, bool)>) -> String {
    let mut picked: Vec<&str> = Vec::new();
    let mut left_out = false;
    for (line, keep) in lines {
        let blank = line.trim().is_empty();
        let doubled = blank && left_out && picked.last().is_some_and(|l| l.trim().is_empty());
        if !keep {
            left_out = true;
        } else if !doubled {
            picked.push(line);
            left_out &= blank;
        }
    }
    tidy(&picked)
}

/// The mail that is passed on in `quoted`, when its head or the subject says that it is: "Fwd:", "TR :", "Forwarded message".
pub fn forwarded(quoted: &str, subject: &str) -> Option<Forwarded> {
    const PASSED: [&str; 14] = ["fwd", "fw", "tr", "wg", "rv", "enc", "vs", "vb", "vl", "pd", "rif", "i", "doorst", "転送"];
    let prefix = subject.split_once([':', '：']).map(|(before, _)| before.trim().to_lowercase());
    let first = quoted.lines().find(|line| !line.trim().is_empty()).unwrap_or("");
    if !prefix.is_some_and(|p| PASSED.contains(&p.as_str())) && !separators::is_passed_on(first) {
        return None;
    }
    let head: Vec<&str> = quoted.lines().take_while(|line| line.trim().is_empty() || quotes::is_head(line)).collect();
    let from = head.iter().find_map(|line| fields::sender(line)).unwrap_or_default();
    let rest: Vec<Line> = quoted.lines().skip(head.len()).map(Line::plain).collect();
    let marked = quotes::mark(&rest).quoted;
    let own: Vec<&str> = rest.iter().zip(&marked).filter(|(_, quoted)| !**quoted).map(|(l, _)| l.text.as_str()).collect();
    let (text, _) = cut_signature(&tidy(&own));
    (!text.trim().is_empty()).then_some(Forwarded { from, text })
}

fn some(text: String) -> Option<String> {
    (!text.trim().is_empty()).then_some(text)
}

/// Joins lines and drops blank ones at both ends.
fn tidy(lines: &[&str]) -> String {
    let mut out = String::with_capacity(lines.iter().map(|line| line.len() + 1).sum());
    let mut blank = 0;
    for line in lines {
        // The space of a signature's "-- " is part of it (RFC 3676 section 4.3).
        let line = if *line == "-- " { line } else { line.trim_end() };
        if line.is_empty() {
            blank += 1;
            continue;
        }
        if !out.is_empty() {
            out.extend(std::iter::repeat_n('\n', blank + 1));
        }
        blank = 0;
        out.push_str(line);
    }
    out
}

fn without_marks(quote: &str) -> String {
    quote.lines().map(|l| l.trim_start_matches(['>', ' ']).to_owned()).collect::<Vec<_>>().join("\n")
}

fn without_forward_head(quote: &str) -> String {
    let plain = without_marks(quote);
    let lines: Vec<&str> = plain.lines().collect();
    let head = lines.iter().take_while(|line| line.trim().is_empty() || quotes::is_head(line)).count();
    tidy(lines.get(head..).unwrap_or_default())
}

/// The first `most` bytes, or a little less where a letter would be cut.
fn head(text: &str, most: usize) -> &str {
    text.get(..text.floor_char_boundary(most.min(text.len()))).unwrap_or(text)
}

/// Parts the signatures from the person's words. Words below a quote stay, though a signature stood above it.
fn without_signatures(lines: &[Line], quoted: &[bool]) -> (String, String) {
    let mut stretches: Vec<Vec<&Line>> = vec![Vec::new()];
    let mut broken = false;
    for (line, quoted) in lines.iter().zip(quoted) {
        if *quoted {
            broken = true;
        } else {
            if std::mem::take(&mut broken) {
                stretches.push(Vec::new());
            }
            if let Some(open) = stretches.last_mut() {
                open.push(line);
            }
        }
    }
    // The person's last words may end in a signature that no mark sets off; answers between quotes do not.
    let mut last = true;
    let mut cuts: Vec<Vec<bool>> = Vec::with_capacity(stretches.len());
    for stretch in stretches.iter().rev() {
        let mut cut = marked_signature(stretch);
        let rest: Vec<&str> = stretch.iter().zip(&cut).filter(|(_, cut)| !**cut).map(|(l, _)| l.text.as_str()).collect();
        let more = signature::mark(&rest, last);
        cut.iter_mut().filter(|cut| !**cut).zip(more).for_each(|(cut, more)| *cut = more);
        last &= stretch.iter().zip(&cut).all(|(l, cut)| *cut || l.is_blank());
        cuts.push(cut);
    }
    let mut marked: Vec<(&str, bool)> = Vec::with_capacity(lines.len());
    for (stretch, cut) in stretches.iter().zip(cuts.into_iter().rev()) {
        // A gap stands for the quote that was taken out.
        marked.extend((!marked.is_empty()).then_some(("", true)));
        marked.extend(stretch.iter().zip(cut).map(|(l, cut)| (l.text.as_str(), cut)));
    }
    parted(&marked)
}

/// Which lines stand in a block that the program marked as signature, and hold no words typed into it.
fn marked_signature(stretch: &[&Line]) -> Vec<bool> {
    let signed: Vec<&str> = stretch.iter().filter(|l| l.signed).map(|l| l.text.as_str()).collect();
    let mut left = signature::length(&signed);
    stretch
        .iter()
        .map(|l| {
            let cut = l.signed && left > 0;
            left -= usize::from(cut);
            cut
        })
        .collect()
}

fn cut_signature(text: &str) -> (String, String) {
    let lines: Vec<&str> = text.lines().collect();
    let cut = signature::mark(&lines, true);
    parted(&lines.into_iter().zip(cut).collect::<Vec<_>>())
}

/// Words and signature; a message that is all signature is a message.
fn parted(marked: &[(&str, bool)]) -> (String, String) {
    let signature = gather(marked.iter().copied());
    let own = gather(marked.iter().map(|(line, cut)| (*line, !*cut)));
    if own.is_empty() {
        return (gather(marked.iter().map(|(line, _)| (*line, true))), String::new());
    }
    (own, signature)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Words {
        own(&text.lines().map(Line::plain).collect::<Vec<_>>())
    }

    #[test]
    fn quotes_are_cut_in_every_common_shape() {
        let shapes = [
            ("Gmail", "Mine.\n\nOn Mon, Nov 2, 2026 at 8:30 AM Nexam <no-reply@nexam.example> wrote:\n> theirs"),
            ("Gmail, wrapped", "Mine.\n\nOn Mon, Nov 2, 2026 at 8:30 AM Nexam Support\n<no-reply@nexam.example> wrote:\n\n> theirs"),
            ("Gmail, French", "Mine.\n\nLe lun. 2 nov. 2026 à 08:30, Nexam <no-reply@nexam.example> a écrit :\n> theirs"),
            ("Outlook", "Mine.\n\nFrom: Nexam <a@b.example>\nSent: Monday\nTo: Ada\nSubject: Invitation\n\ntheirs"),
            ("Outlook, French", "Mine.\n\nDe : Nexam\nEnvoyé : lundi\nÀ : Ada\nObjet : Invitation\n\ntheirs"),
            ("Outlook on a phone", "Mine.\n\n________________________________\nFrom: Nexam\nSent: Monday\nSubject: x\n\ntheirs"),
            ("original message", "Mine.\n\n-----Original Message-----\nFrom: Nexam\ntheirs"),
            ("forward", "Mine.\n\n---------- Forwarded message ---------\nFrom: Nexam\ntheirs"),
            ("Apple", "Mine.\n\nBegin forwarded message:\n\ntheirs"),
            ("German", "Mine.\n\nAm 02.11.2026 um 08:30 schrieb Nexam <a@b.example>:\n> theirs"),
            ("no marks", "Mine.\n\nOn 2 Nov 2026, at 08:30, Nexam <a@b.example> wrote:\n\ntheirs"),
        ];
        for (says, text) in shapes {
            let words = words(text);
            assert_eq!(words.new_text, "Mine.", "{says}");
            assert!(words.quoted.is_some_and(|q| q.contains("theirs")), "{says}");
        }
    }

    #[test]
    fn answers_between_and_below_quotes_stay() {
        let between = words("> Which course?\nCHEM 2301\n> Which address?\nada@uni.example");
        assert_eq!(between.new_text, "CHEM 2301\nada@uni.example");
        let below = words("On Mon, 2 Nov 2026 Nexam wrote:\n> theirs\n\nMine.");
        assert_eq!(below.new_text, "Mine.");
    }

    #[test]
    fn words_that_look_like_headers_stay() {
        let cases = [
            "My exam is on Monday.\nOn the page it wrote: expired.\nHelp!",
            "Name: Ada\nCourse: CHEM 2301\nDate: 2 November\nPlease help.",
        ];
        for text in cases {
            assert_eq!(words(text).new_text, text);
        }
    }

    #[test]
    fn signatures_are_cut_and_names_can_be_read_in_them() {
        let cases = [
            ("delimiter", "Help.\n\n-- \nAda Roy\nStudent", "Help."),
            ("device", "Help.\n\nSent from my iPhone", "Help."),
            ("device, French", "Aidez-moi.\n\nEnvoyé de mon iPad", "Aidez-moi."),
            ("contact block", "Help.\n\nAda Roy\nBScN Year 3 | College\n902-555-0139", "Help."),
            ("legal footer", "Help.\n\nAda\n\nThis email and any attachments are confidential.", "Help.\n\nAda"),
            ("a form is no signature", "Help.\n\nName: Ada Roy\nEmail: ada@uni.example", "Help.\n\nName: Ada Roy\nEmail: ada@uni.example"),
        ];
        for (says, text, expected) in cases {
            assert_eq!(words(text).clean, expected, "{says}");
        }
    }

    #[test]
    fn a_mere_forward_is_read_as_its_words() {
        let words = words(
            "---------- Forwarded message ---------\nFrom: Ada <ada@uni.example>\nDate: Mon, 2 Nov 2026\nSubject: code\nTo: me\n\nMy code is refused.",
        );
        assert_eq!(words.clean, "My code is refused.");
    }
}
