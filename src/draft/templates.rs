//! `templates/reply/*.hbs`, loaded strictly and all rendered once at load.
//!
//! A template looks like the mail it makes: a header block (`Subject: …`), a blank line, the text. Each has a twin in the other language.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use handlebars::Handlebars;

use super::write::Words;
use crate::facts::Language;
use crate::fault::{Fault, Faults, TextFile};
use crate::message::pattern::{Pattern, pattern};

/// What the templates need of the settings (`[mail]`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Letterhead {
    /// Where people sign in.
    pub sign_in_url: String,
    /// Where people type a code.
    pub code_url: String,
    /// Signature under English replies.
    pub signature_en: String,
    /// Signature under French replies.
    pub signature_fr: String,
    /// The address that invitations come from.
    pub invitations_from: String,
}

impl Default for Letterhead {
    fn default() -> Self {
        Self {
            sign_in_url: "https://app.nexam.example/sign-in".into(),
            code_url: "https://app.nexam.example/invitation-code".into(),
            signature_en: "The Nexam support team".into(),
            signature_fr: "L’équipe de soutien Nexam".into(),
            invitations_from: "no-reply@nexam.example".into(),
        }
    }
}

/// Compiled reply templates.
#[derive(Debug)]
pub struct Templates {
    engine: Handlebars<'static>,
    names: BTreeSet<String>,
    /// What stands under each reply.
    pub letterhead: Letterhead,
}

/// A rendered template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rendered {
    /// From its header block.
    pub subject: String,
    /// What follows the blank line.
    pub text: String,
}

impl Templates {
    /// Compiles the files and renders each with sample values, so that none fails first in production.
    ///
    /// # Errors
    /// All mistakes at once: unknown names, a missing twin in the other language, twins that use other names, no Subject.
    pub fn load(files: &[TextFile], letterhead: Letterhead) -> Result<Self, Faults> {
        let mut engine = Handlebars::new();
        engine.set_strict_mode(true);
        engine.register_escape_fn(handlebars::no_escape);
        let (mut faults, mut used) = (Vec::new(), BTreeMap::<(String, Language), (String, BTreeSet<String>)>::new());
        for file in files {
            let Some((name, language)) = twin_name(&file.path) else { continue };
            let key = key(&name, language);
            match engine.register_template_string(&key, &file.text) {
                Ok(()) => drop(used.insert((name, language), (file.path.clone(), names_used(&file.text)))),
                Err(error) => {
                    let line = error.pos().map(|(line, _)| line);
                    faults.push(Fault::new(
                        &file.path,
                        line,
                        error.reason().to_string(),
                        "Mend the braces; the other language's twin is a model.",
                    ));
                }
            }
        }
        check_twins(&used, &mut faults);
        let names = used.keys().map(|(name, _)| name.clone()).collect();
        let templates = Self { engine, names, letterhead };
        for ((name, language), (path, _)) in &used {
            faults.extend(templates.try_samples(name, *language, path));
        }
        if faults.is_empty() { Ok(templates) } else { Err(Faults(faults)) }
    }

    /// Whether a reply of this name exists, in both languages.
    pub fn has(&self, name: &str) -> bool {
        self.names.contains(&format!("reply/{name}"))
    }

    /// Renders `reply/NAME` in `language`.
    ///
    /// # Errors
    /// When it does not exist or uses a name that `words` lacks; loading proved that it does not.
    pub fn render(&self, name: &str, language: Language, words: &Words) -> Result<Rendered, String> {
        let whole = self.engine.render(&key(&format!("reply/{name}"), language), words).map_err(|e| e.to_string())?;
        let (head, text) = whole.split_once("\n\n").ok_or("no blank line after the header block")?;
        let subject = head.lines().find_map(|l| l.strip_prefix("Subject:")).ok_or("no `Subject:` in the header block")?;
        Ok(Rendered { subject: subject.trim().to_owned(), text: folded(text) })
    }

    fn try_samples(&self, name: &str, language: Language, path: &str) -> Vec<Fault> {
        let short = name.trim_start_matches("reply/");
        let tries = Words::samples(&self.letterhead, language).into_iter().map(|words| self.render(short, language, &words));
        let mut faults: Vec<Fault> = tries
            .filter_map(Result::err)
            .map(|what| {
                Fault::new(path, line_in(&what), what, "Use only the names that rules and templates document (templates/README.md).")
            })
            .collect();
        faults.dedup();
        faults.truncate(1);
        faults
    }
}

/// At most one blank line in a row: conditional blocks leave more.
fn folded(text: &str) -> String {
    static MANY: LazyLock<Pattern> = LazyLock::new(|| pattern(r"\n{3,}"));
    format!("{}\n", MANY.replace_all(text, "\n\n").trim())
}

fn line_in(message: &str) -> Option<usize> {
    let rest = message.split("line ").nth(1)?;
    rest.chars().take_while(char::is_ascii_digit).collect::<String>().parse().ok()
}

fn key(name: &str, language: Language) -> String {
    format!("{name}.{}", language.code())
}

/// `reply/code_expired.fr.hbs` is `reply/code_expired` in French.
fn twin_name(path: &str) -> Option<(String, Language)> {
    let stem = path.strip_suffix(".hbs").filter(|p| p.starts_with("reply/"))?;
    let (name, language) = stem.rsplit_once('.')?;
    Some((name.to_owned(), Language::from_code(language)?))
}

fn names_used(text: &str) -> BTreeSet<String> {
    static NAME: LazyLock<Pattern> = LazyLock::new(|| pattern(r"\{\{[#/~]*(?:if |unless |each |else if )?\s*([a-z_.]+)"));
    let keywords = ["if", "unless", "each", "else", "this"];
    NAME.captures_iter(text).filter_map(|c| c.get(1)).map(|m| m.as_str().to_owned()).filter(|n| !keywords.contains(&n.as_str())).collect()
}

type Used = BTreeMap<(String, Language), (String, BTreeSet<String>)>;

fn check_twins(used: &Used, faults: &mut Vec<Fault>) {
    for ((name, language), (path, names)) in used {
        let other = if *language == Language::En { Language::Fr } else { Language::En };
        match used.get(&(name.clone(), other)) {
            None => {
                let what = format!("has no twin in `{}`", other.code());
                faults.push(Fault::new(path, None, what, format!("Write {name}.{}.hbs.", other.code())));
            }
            Some((_, twin)) if *language == Language::En && twin != names => {
                let differ: Vec<_> = names.symmetric_difference(twin).cloned().collect();
                faults.push(Fault::new(
                    path,
                    None,
                    format!("its twin uses other names: {}", differ.join(", ")),
                    "Say the same in both languages.",
                ));
            }
            Some(_) => {}
        }
    }
}
