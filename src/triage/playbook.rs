//! Rules and templates, loaded together and checked against each other.

use include_dir::{Dir, include_dir};

use crate::draft::disclosure::Phrases;
use crate::draft::templates::{Letterhead, Templates};
use crate::facts::Lexicon;
use crate::facts::learn::Judges;
use crate::fault::{Fault, Faults, TextFile};
use crate::message::Identity;
use crate::rules::policy::Limits;
use crate::rules::rulebook::Rulebook;

static RULES: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/rules");
static TEMPLATES: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/templates");

/// Everything that `read` and `settle` go by.
#[derive(Debug)]
pub struct Playbook {
    /// Who the desk is.
    pub identity: Identity,
    /// What words mean.
    pub lexicon: Lexicon,
    /// What follows.
    pub rulebook: Rulebook,
    /// What is said.
    pub templates: Templates,
    /// How that is said which only the register knows.
    pub phrases: Phrases,
    /// How near an evaluation is.
    pub limits: Limits,
}

impl Playbook {
    /// Loads rules (`reading/*.toml`, `cases/*.toml`, `policy.toml`, `disclosure.toml`) and templates (`reply/*.hbs`). `kept`: what was learned from these
    /// very rules before.
    ///
    /// # Errors
    /// All mistakes of all files at once.
    pub fn load(
        rules: &[TextFile],
        templates: &[TextFile],
        kept: Option<Judges>,
        identity: Identity,
        letterhead: Letterhead,
        limits: Limits,
    ) -> Result<Self, Faults> {
        let mut faults = Vec::new();
        let mut keep = |result: Faults| faults.extend(result.0);
        let lexicon = Lexicon::load(rules, kept).map_err(&mut keep).ok();
        let rulebook = Rulebook::load(rules).map_err(&mut keep).ok();
        let phrases = Phrases::load(rules).map_err(&mut keep).ok();
        let templates = Templates::load(templates, letterhead).map_err(&mut keep).ok();
        if let (Some(rulebook), Some(templates)) = (&rulebook, &templates) {
            faults.extend(without_template(rulebook, templates));
        }
        match (lexicon, rulebook, templates, phrases) {
            (Some(lexicon), Some(rulebook), Some(templates), Some(phrases)) if faults.is_empty() => {
                Ok(Self { identity, lexicon, rulebook, templates, phrases, limits })
            }
            _ => Err(Faults(faults)),
        }
    }

    /// The playbook that the program was built with.
    ///
    /// # Errors
    /// Never in a program that passed its tests.
    pub fn built_in(identity: Identity, letterhead: Letterhead, limits: Limits) -> Result<Self, Faults> {
        let (rules, templates) = Self::built_in_files();
        Self::load(&rules, &templates, None, identity, letterhead, limits)
    }

    /// The rules and templates that the program was built with.
    pub fn built_in_files() -> (Vec<TextFile>, Vec<TextFile>) {
        (texts(&RULES, "toml"), texts(&TEMPLATES, "hbs"))
    }
}

/// Replies that a case or the program itself needs and no template gives.
fn without_template(rulebook: &Rulebook, templates: &Templates) -> Vec<Fault> {
    let named = rulebook.cases.iter().filter_map(|c| c.rule.reply.as_deref().map(|reply| (c.file.as_str(), reply)));
    let always = ["general", "address_change", "automatic_note"].map(|name| ("templates/reply", name));
    named
        .chain(always)
        .filter(|(_, reply)| !templates.has(reply))
        .map(|(file, reply)| {
            Fault::new(file, None, format!("no template `{reply}`"), format!("Write templates/reply/{reply}.en.hbs and {reply}.fr.hbs."))
        })
        .collect()
}

fn texts(dir: &Dir<'static>, ending: &str) -> Vec<TextFile> {
    let mut found: Vec<TextFile> = dir.dirs().flat_map(|d| texts(d, ending)).collect();
    let fits = |path: &std::path::Path| path.extension().is_some_and(|e| e == ending);
    found.extend(dir.files().filter(|f| fits(f.path())).filter_map(|f| {
        let path = f.path().to_string_lossy().replace('\\', "/");
        Some(TextFile { path, text: f.contents_utf8()?.to_owned() })
    }));
    found.sort_by(|a, b| a.path.cmp(&b.path));
    found
}
