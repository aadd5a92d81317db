use super::*;
use crate::fault::TextFile;

/// The phrases that the program is built with.
fn phrases() -> Phrases {
    let files = [
        ("disclosure.toml", include_str!("../../../rules/disclosure.toml")),
        ("reading/concepts.toml", include_str!("../../../rules/reading/concepts.toml")),
        ("reading/messages.toml", include_str!("../../../rules/reading/messages.toml")),
    ];
    let files = files.map(|(path, text)| TextFile { path: path.into(), text: text.into() });
    Phrases::load(&files).unwrap_or_else(|faults| panic!("{faults}"))
}

#[test]
fn the_built_in_phrases_load() {
    phrases();
}
