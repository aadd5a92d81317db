//! First names that are known as such, some of which are last names too.

use std::collections::HashSet;
use std::sync::LazyLock;

use crate::facts::vocabulary::Words;

/// First names common in French- and English-speaking places and among their newcomers; folded.
static KNOWN: LazyLock<HashSet<&'static str>> = LazyLock::new(|| {
    let lines = include_str!("first_names.txt").lines().filter(|line| !line.starts_with('#'));
    lines.flat_map(str::split_whitespace).collect()
});

/// Whether `word` (folded) is a common first name.
pub fn is_known(word: &str) -> bool {
    KNOWN.contains(word)
}

/// Whether `word` is a family's name about as often.
pub fn is_also_last(word: &str) -> bool {
    ALSO_LAST.has(word)
}

static ALSO_LAST: Words = Words::new(
    "jean pierre joseph louis paul thomas james john martin michel charles simon george georges henry henri alexander alexandre david \
     francis lewis scott grant lee ross allen arthur andre antoine bernard claude denis etienne felix francois gabriel germain gerard \
     gilbert guy jacob jacques laurent leon lucas marc marcel mathieu maurice nicolas olivier oscar patrick peter philip philippe raymond \
     rene richard robert robin roger roy samuel stephen vincent william williams emmanuel daniel victor moses abraham isaac anthony \
     benjamin xavier adam aaron grace mercy blessing peace faith hope ali ahmed hassan ibrahim mohamed mohammed muhammad abdullah omar said \
     khalil moussa ismail hussein hussain mahmoud salem saleh amin aziz rahman karim malik khan diallo simo desire honore parfait jordan \
     taylor morgan cameron kelly ryan kim mai linh lan rose fleur blanche clement auguste baptiste constant florent gaston noel pascal \
     salomon luc leger ange jude miller austin dean dale carter mason logan blair bruce craig douglas gordon graham keith kyle leslie ray",
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn first_names_are_written_folded() {
        for word in KNOWN.iter() {
            assert!(word.chars().all(|c| c.is_ascii_lowercase()), "{word}");
        }
    }

    #[test]
    fn some_first_names_are_last_names_too() {
        assert!(is_known("pierre") && is_also_last("pierre"));
        assert!(is_known("rosine") && !is_also_last("rosine"));
        assert!(!is_known("tremblay"));
    }
}
