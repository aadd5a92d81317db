//! The error message as displayed, where the person reproduces it: quoted, told after `it says`, or a message of the
//! platform that is known word for word. Indirect speech ("it says my code is expired") reproduces nothing.

use super::vocabulary::Words;
pub use known::KnownMessages;
use words::{is_button, is_fault_word, is_head, is_own_word, is_pressing, is_telling};
pub mod known;
mod words;

use std::ops::Range;
use std::sync::LazyLock;

use super::names::words as names;
use super::tokens::{Gap, Kind, Tokens, fold};
use crate::message::pattern::{Pattern, pattern};

/// Text between quotation marks of any kind; a straight single one must stand outside a word.
static QUOTED: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(r#"«\s?([^«»\n]+?)\s?»|"([^"\n]+?)"|“([^“”"\n]+?)[”"]|(?:^|[\s(:,;])['‘]((?:[^'‘’\n]|\w['’]\w)+?)['’](?:$|[\s).,;:!?])"#)
});
/// What a browser or a server says: `ERR_CONNECTION_REFUSED`, `404 Not Found`, `410 Gone`, `Erreur 410`, `bad gateway`.
static MACHINE: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(concat!(
        r"\b[A-Z]{3,}(?:_[A-Z0-9]+){1,6}\b",
        r"|\b(?:40[0-9]|41[0-9]|42[29]|50[0-9])(?: ?[-–—:] ?|,? )(?:[Pp]age (?:introuvable|not found|non trouvée)|[Tt]his page (?:could|can)[^.!?\n,]{3,40}|Not Found|not found|Forbidden|Gone|Bad Gateway|Service Unavailable|Internal Server Error|Unauthorized|[Ii]nterdit|[Ii]ntrouvable)",
        r"|\b(?:Erreur|Error|erreur|error) (?:[A-Z]{1,3}-?)?\d{2,5}(?: ?: [^.!?\n,]{3,60})?",
        r"|\b(?:Bad Gateway|Internal Server Error|Service Unavailable|Gateway Timeout|Bad Request)\b"
    ))
});

/// The displayed error in `tokens`' text as a span of bytes, if the person reproduces one.
pub fn read(tokens: &Tokens, known: &KnownMessages) -> Option<Range<usize>> {
    let text = tokens.text();
    quoted(tokens)
        .or_else(|| known.find(tokens).map(|r| tokens.span(r.start, r.end)))
        .or_else(|| {
            let numbered = text.bytes().any(|b| b.is_ascii_digit() || b == b'_');
            let named = || (0..tokens.len()).any(|i| matches!(tokens.fold(i), "gateway" | "server" | "unavailable" | "request"));
            let found = if numbered || named() { MACHINE.find(text) } else { None };
            found.map(|m| trimmed(text, m.range()))
        })
        .or_else(|| told(tokens))
}

fn trimmed(text: &str, span: Range<usize>) -> Range<usize> {
    let written = text.get(span.clone()).unwrap_or("");
    let tail = written.len() - written.trim_end_matches([' ', ',', ':', ';', '-', '–']).len();
    let lead = written.len() - written.trim_start().len();
    span.start + lead..span.end - tail.min(written.len() - lead)
}

/// The quoted text that most looks like an error.
fn quoted(tokens: &Tokens) -> Option<Range<usize>> {
    let text = tokens.text();
    if !text.contains(['"', '«', '“', '\'', '‘']) {
        return None;
    }
    let mut best: Option<(i32, Range<usize>)> = None;
    for captures in QUOTED.captures_iter(text).take(40) {
        let Some(inner) = captures.iter().skip(1).flatten().next() else { continue };
        let at = tokens.at_byte(inner.start());
        let points = points(tokens, at, inner.as_str());
        if points >= 3 && best.as_ref().is_none_or(|(top, _)| points > *top) {
            best = Some((points, trimmed(text, inner.range())));
        }
    }
    best.map(|(_, span)| span)
}

fn points(tokens: &Tokens, at: usize, inner: &str) -> i32 {
    let folded = fold(inner);
    let list: Vec<&str> = folded.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty()).collect();
    if list.is_empty() || list.len() > 30 || is_button(&folded) {
        return -10;
    }
    let spoken = is_telling(tokens.fold(at.saturating_sub(2))) && list.len() >= 4 && list.first().is_some_and(|w| is_head(w));
    let faulty = spoken || list.iter().any(|w| is_fault_word(w));
    let told = (at.saturating_sub(9)..at).rev().take_while(|i| !tokens.ends_sentence(*i)).any(|i| is_telling(tokens.fold(i)));
    let nearest = (at.saturating_sub(5)..at).rev().find(|i| is_pressing(tokens.fold(*i)) || is_telling(tokens.fold(*i)));
    let pressed = nearest.is_some_and(|i| is_pressing(tokens.fold(i)) && !is_telling(tokens.fold(i)));
    let labelled = tokens.fold(at.saturating_sub(2)) == ":"
        || (at.saturating_sub(4)..at)
            .any(|i| matches!(tokens.fold(i), "message" | "error" | "erreur" | "displays" | "displayed" | "affiche"));
    let person = (at.saturating_sub(5)..at).any(|i| {
        matches!(
            tokens.fold(i),
            "coordinator"
                | "prof"
                | "she"
                | "he"
                | "they"
                | "ils"
                | "elle"
                | "coordonnatrice"
                | "secretariat"
                | "subject"
                | "objet"
                | "titled"
                | "called"
                | "intitule"
        )
    });
    let own = list.iter().any(|w| matches!(*w, "i" | "je" | "j" | "mon" | "my" | "ma"));
    if !faulty && !labelled {
        return -1;
    }
    i32::from(faulty) * 3 + i32::from(told || labelled) * 3 + i32::from(list.len() >= 3)
        - i32::from(pressed && !faulty) * 5
        - i32::from(person) * 4
        - i32::from(own) * 2
        - i32::from(!faulty && list.len() <= 1) * 3
}

/// `it says: Code not valid`, `ça affiche Compte introuvable dès que …`: a capital behind a telling word, up to where the person goes on.
fn told(tokens: &Tokens) -> Option<Range<usize>> {
    for at in 1..tokens.len() {
        let Some(token) = tokens.get(at).filter(|t| t.kind == Kind::Word && t.capital) else { continue };
        let before = tokens.fold(at - 1);
        let colon =
            matches!(before, ":" | "(" | "," | "-" | ".") && tokens.gap(at) < Gap::Blank || (before == ":" && token.gap == Gap::Blank);
        let back = if matches!(before, ":" | "(" | "," | "-") { at - 1 } else { at };
        let told = (back.saturating_sub(6)..back)
            .rev()
            .take_while(|i| !tokens.ends_sentence(*i))
            .any(|i| is_telling(tokens.fold(i)) && !matches!(tokens.fold(i), "to" | "with" | "by" | "just" | "always"));
        let direct = tokens.fold(at.saturating_sub(1)) != "." && (is_telling(before) || matches!(before, "a" | "sur" | "que") && told);
        let displayed = token.gap == Gap::Space
            && tokens.is_word(at - 1)
            && !names::is_title(before)
            && is_head(tokens.fold(at))
            && tokens.raw(at).chars().any(char::is_lowercase);
        let opens = displayed
            || (colon && told && before != "." && before != ",")
            || direct
            || (matches!(before, "(" | ":" | "...") && !tokens.ends_sentence(at - 1));
        let code = tokens.kind(at + 1) == Some(Kind::Number) && tokens.gap(at + 1) == Gap::None
            || (tokens.fold(at + 1) == "-" && tokens.kind(at + 2) == Some(Kind::Number));
        let button = is_button(&fold(tokens.slice(tokens.span(at, at + 2)))) || is_button(&fold(tokens.slice(tokens.span(at, at + 4))));
        if !opens || code || button || names::is_title(tokens.fold(at)) || is_own_word(tokens.fold(at)) || all_capitals(tokens, at) {
            continue;
        }
        let end = message_end(tokens, at, before);
        let count = (at..end).filter(|i| tokens.is_word(*i)).count();
        let faulty = (at..end).any(|i| is_fault_word(tokens.fold(i)));
        let form = (at..end).any(|i| matches!(tokens.fold(i), ":" | "/") && tokens.gap(i) == Gap::Space);
        let sure = displayed || told || direct || is_head(tokens.fold(at)) || (at..end.min(at + 4)).any(|i| is_fault_word(tokens.fold(i)));
        if (2..=18).contains(&count) && faulty && sure && !form {
            return Some(tokens.span(at, end));
        }
    }
    None
}

fn all_capitals(tokens: &Tokens, at: usize) -> bool {
    let shouted = |i: usize| tokens.raw(i).chars().count() > 1 && tokens.raw(i).chars().all(char::is_uppercase);
    (at.saturating_sub(4)..at).filter(|i| shouted(*i)).count() >= 2
}

/// Where a message told without quotation marks ends: at a stop, a line end, or a word with which the person goes on.
fn message_end(tokens: &Tokens, at: usize, before: &str) -> usize {
    let mut i = at + 1;
    let mut depth = 0_i32;
    while i < tokens.len() && i < at + 24 {
        let word = tokens.fold(i);
        if tokens.gap(i) >= Gap::Line {
            break;
        }
        match word {
            "(" => depth += 1,
            ")" if depth == 0 => break,
            ")" => depth -= 1,
            "!" | "?" | ";" | "\"" => break,
            "." if tokens.gap(i + 1) != Gap::None || i + 1 >= tokens.len() => break,
            ":" if before != "(" && tokens.get(i + 1).is_none_or(|t| t.capital) => break,
            "," if before != "("
                && !(tokens.fold(i + 1).ends_with("ez") || matches!(tokens.fold(i + 1), "please" | "try" | "contact" | "check")) =>
            {
                break;
            }
            "des" if tokens.fold(i + 1) == "que" => break,
            "sur" | "on" | "dans" | "in" if tokens.get(i + 1).is_some_and(|t| t.capital) => break,
            "quand" | "alors" | "pis" | "malgre" | "pourtant" | "meme" | "whenever" | "although" | "though" | "when" | "depuis"
            | "sauf" | "faque" | "since" | "chaque"
                if depth == 0 =>
            {
                break;
            }
            "a" if tokens.fold(i + 1) == "chaque" => break,
            "et" | "and" | "but" | "mais" if MESSAGE_END.has(tokens.fold(i + 1)) => break,
            _ => {}
        }
        i += 1;
    }
    i.min(tokens.len())
}

static MESSAGE_END: Words = Words::new("je le la voila ca nothing rien the no j i puis then c it mon my after apres");

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fault::TextFile;

    fn known() -> KnownMessages {
        KnownMessages::load(&TextFile {
            path: "reading/messages.toml".into(),
            text: include_str!("../../../rules/reading/messages.toml").into(),
        })
        .unwrap()
    }

    fn error(text: &str) -> Option<&str> {
        let tokens = Tokens::of(text);
        read(&tokens, &known()).and_then(|s| text.get(s))
    }

    #[test]
    fn a_displayed_message_is_reproduced() {
        let cases = [
            (r#"The site says "Code not accepted" twice"#, "Code not accepted"),
            ("ça m'affiche « Ce lien a expiré » encore", "Ce lien a expiré"),
            ("I get 'that code isn't valid' each time", "that code isn't valid"),
            ("“Access denied”, that is all", "Access denied"),
            ("Message: \"Not valid for this school\".", "Not valid for this school"),
            ("the page displayed: Invitation code does not exist or has expired. Help", "Invitation code does not exist or has expired"),
            ("Le code d'invitaton n'existe pas ou est expire svp aidez", "Le code d'invitaton n'existe pas ou est expire"),
            ("I see invitation code does not exist or has expired", "invitation code does not exist or has expired"),
            ("ça écrit Code inconnu du système", "Code inconnu du système"),
            ("il me crache Compte introuvable dès que j'entre", "Compte introuvable"),
            ("Le login me refuse (Mot de passe incorrect) encore", "Mot de passe incorrect"),
            ("adresse exacte, rien à faire : Identifiants invalides.", "Identifiants invalides"),
            ("ERR_CONNECTION_REFUSED sur le lien", "ERR_CONNECTION_REFUSED"),
            ("the link goes to 404 Not Found", "404 Not Found"),
            ("mène à une page 404 – page introuvable.", "404 – page introuvable"),
            ("le bouton donne Erreur 410 et voilà", "Erreur 410"),
            ("I get this:\n\nYour session is no longer valid\n\nWhat now?", "Your session is no longer valid"),
            ("it went \"oops, try again later\"", "oops, try again later"),
            ("le message suivant : Aucun compte ne correspond à cette adresse. Merci", "Aucun compte ne correspond à cette adresse"),
            ("Il apparaît \"adresse inconnue\"", "adresse inconnue"),
            ("page says \"We cannot find your account\"", "We cannot find your account"),
            ("« n'existe pas ou est expiré » chaque fois", "n'existe pas ou est expiré"),
            ("error: \"E-1007 unknown code\"", "E-1007 unknown code"),
            ("ce code a deja ete utilise", "ce code a deja ete utilise"),
            ("Il me dit Adresse courriel ou mot de passe incorrect quand j'essaie", "Adresse courriel ou mot de passe incorrect"),
        ];
        for (text, expected) in cases {
            assert_eq!(error(text), Some(expected), "{text}");
        }
    }

    #[test]
    fn indirect_speech_and_buttons_reproduce_nothing() {
        let cases = [
            "it says my code is expired",
            "ça dit que mon code est expiré",
            "I clicked \"Forgot password\" twice",
            "je clique sur « Mot de passe oublié »",
            "the mail called \"Invitation to Nexam\"",
            "My coordinator said 'sent on Monday'",
            "I don't have an account",
            "it's what I'm told, that's it",
            "le site me répond qu'il n'existe pas",
            "the code does not work",
            "",
        ];
        for text in cases {
            assert_eq!(error(text), None, "{text}");
        }
    }

    #[test]
    fn a_short_message_in_the_file_is_a_fault_with_its_line() {
        let file = TextFile {
            path: "reading/messages.toml".into(),
            text: "[[message]]\nen = \"Not found\"\nfr = \"Cette page est introuvable\"\n".into(),
        };
        let faults = KnownMessages::load(&file).unwrap_err();
        assert_eq!(faults.0.iter().map(|f| f.line).collect::<Vec<_>>(), [Some(2)]);
        let broken = TextFile { path: "m.toml".into(), text: "[[message]]\nen = 1".into() };
        assert!(KnownMessages::load(&broken).is_err());
    }
}
