//! French or English.

use super::tokens::Tokens;
use super::vocabulary::Words;

/// The two languages of the desk.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Language {
    /// English.
    #[default]
    En,
    /// French.
    Fr,
}

impl Language {
    /// `en` or `fr`.
    pub fn code(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::Fr => "fr",
        }
    }

    /// Takes `en` or `fr`, letter case aside.
    pub fn from_code(code: &str) -> Option<Self> {
        match code.trim().to_ascii_lowercase().as_str() {
            "en" => Some(Self::En),
            "fr" => Some(Self::Fr),
            _ => None,
        }
    }
}

/// The language of `text` as its small words tell it, or else other words that only one language has; where they tell nothing,
/// that of `subject`; else English.
pub fn read(text: &Tokens, subject: &Tokens) -> Language {
    // What is quoted is often a page's, in the language of the page.
    heavier(weigh(text, true))
        .or_else(|| heavier(weigh(text, false)))
        .or_else(|| heavier(count(text)))
        .or_else(|| heavier(weigh(subject, false)))
        .or_else(|| heavier(count(subject)))
        .or_else(|| by_letters(text.text()))
        .or_else(|| by_letters(subject.text()))
        .unwrap_or_default()
}

fn heavier((french, english): (u32, u32)) -> Option<Language> {
    match french.cmp(&english) {
        std::cmp::Ordering::Greater => Some(Language::Fr),
        std::cmp::Ordering::Less => Some(Language::En),
        std::cmp::Ordering::Equal => None,
    }
}

/// Words of one language in a text that has no small words, such as a date alone.
fn count(tokens: &Tokens) -> (u32, u32) {
    let met = |words: &Words| (0..tokens.len().min(200)).map(|i| u32::from(words.has(tokens.fold(i)))).sum();
    (met(&FRENCH), met(&ENGLISH))
}

static FRENCH: Words = Words::new(
    "janvier fevrier mars avril mai juin juillet aout septembre octobre novembre decembre lundi mardi mercredi jeudi vendredi samedi \
     dimanche prochain prochaine dernier derniere semaine mois annee jour jours heure heures matin midi minuit soir hier aujourd hui \
     etudiant etudiante cours nom prenom numero erreur universite bonne journee aide probleme",
);
static ENGLISH: Words = Words::new(
    "january february march april may june july august september october november december monday tuesday wednesday thursday friday \
     saturday sunday next last week weekend month year day days hour hours morning noon midnight evening tonight yesterday today time \
     student course name number error university college school regards problem ago later after before between",
);

/// Letter statistics, for texts without a word of either.
fn by_letters(text: &str) -> Option<Language> {
    let allowed = whatlang::Detector::with_allowlist(vec![whatlang::Lang::Eng, whatlang::Lang::Fra]);
    let words = text.split_whitespace().filter(|w| w.contains(char::is_alphabetic)).take(4).count();
    let told = allowed.detect(super::tokens::head(text, 2_000)).filter(|told| words > 3 || (words > 1 && told.is_reliable()))?;
    match told.lang() {
        whatlang::Lang::Fra => Some(Language::Fr),
        whatlang::Lang::Eng => Some(Language::En),
        _ => None,
    }
}

/// Behind the quotation that opens at `at`, if it closes soon.
fn behind_quotation(tokens: &Tokens, at: usize) -> Option<usize> {
    let opens = tokens.fold(at) == "\"";
    opens.then(|| (at + 1..at + 40).find(|i| tokens.fold(*i) == "\"")).flatten().map(|close| close + 1)
}

fn weigh(tokens: &Tokens, without_quotations: bool) -> (u32, u32) {
    let (mut french, mut english) = (0, 0);
    let (mut accents, mut next) = (0, 0);
    for i in 0..tokens.len().min(2_000) {
        if i < next {
            continue;
        }
        if without_quotations && let Some(behind) = behind_quotation(tokens, i) {
            next = behind;
            continue;
        }
        let word = tokens.fold(i);
        if SMALL_FRENCH.has(word) {
            french += 1;
        } else if SMALL_ENGLISH.has(word) {
            english += 1;
        }
        let raw = tokens.raw(i);
        let name = tokens.get(i).is_some_and(|t| t.capital) && raw.chars().any(char::is_lowercase);
        accents += u32::from(!raw.is_ascii() && !name && raw.chars().any(|c| "éèêëàâçùûîïôœÉÈÀÇ".contains(c)));
    }
    (french + accents.min(4), english)
}

static SMALL_FRENCH: Words = Words::new(
    "je d j le les des un une mon ma mes est et que qui pas pour vous votre dans sur avec bonjour merci ai suis l c ce cette au aux \
     du de ne se il elle nous plus mais sans svp salut bonsoir recu courriel demain moi ca qu la jai mot passe oublie lien marche \
     examen adresse pis deja sont n y comment quand voici aidez compte epreuve rien chu",
);
static SMALL_ENGLISH: Words = Words::new(
    "the i my is it to and of in for you your not this that have has was with but at am are can hello hi thanks please pls u im dont \
     wont cant from be do when what need help works an its they says still been no so get got hey dear will if or there password \
     forgot where how just all does didn don tomorrow never sent link dead received invite account expired broken",
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_language_is_that_of_the_small_words() {
        use Language::{En, Fr};
        let cases = [
            ("I cannot get in, my code is refused", En),
            ("je ne peux pas entrer", Fr),
            ("where invite", En),
            ("mdp oublié. aidez moi svp", Fr),
            ("cliqué dessus, ça dit This link is no longer valid pis c'est en anglais", Fr),
            ("My school says « compte inactif » but I have an account", En),
            ("password marche pas", Fr),
            ("Bonjour, ceci s'affiche : \"This invitation is not valid for your account\"", Fr),
            ("le lien dit « You have been signed out, please log in to the page »", Fr),
            ("Hello, it says « Votre compte est inactif, merci de joindre votre établissement »", En),
            ("\"Je n'ai pas de compte\" is what it says", En),
            ("« Your link has expired »", En),
            ("Thanks!", En),
            ("Merci!", Fr),
            ("link dead", En),
            ("rien reçu", Fr),
            ("pls help, exam tmrw", En),
            ("CODE REFUSÉ, AIDEZ-MOI", Fr),
            ("VOTRE CODE EST PAS BON", Fr),
            ("the exam of Déontologie is on Monday", En),
            ("Bonjour, login impossible", Fr),
            ("jai perdu mon password", Fr),
            ("Hi, Université Boréale student here", En),
            ("no invite, nada, niet. fouillé le spam pis toute", Fr),
            ("URGENT!!!", En),
            ("", En),
            ("🙃", En),
            ("Impossible d'activer", Fr),
            ("invitation not received", En),
            ("invitation jamais reçue", Fr),
            ("April 1, 2026", En),
            ("next Monday", En),
            ("Date: 20 March 2026 Time: 10:00", En),
            ("1 avril 2026", Fr),
            ("lundi prochain", Fr),
            ("2026-04-01 10:00", En),
        ];
        for (text, expected) in cases {
            assert_eq!(read(&Tokens::of(text), &Tokens::of("")), expected, "{text}");
        }
    }

    #[test]
    fn an_empty_body_takes_the_language_of_the_subject() {
        assert_eq!(read(&Tokens::of(""), &Tokens::of("code refusé pour mon examen")), Language::Fr);
    }
}
