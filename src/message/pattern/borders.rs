//! A pattern without the borders of words (`\b`), for texts with accents: it matches wherever the pattern does, and at times elsewhere.
//!
//! Next to a letter of ASCII a border is one for ASCII too, whatever stands on its other side, and for those there is a fast engine. Next to
//! another letter, where the two disagree, no border is asked for.

use regex_syntax::hir::{Capture, Class, ClassUnicode, ClassUnicodeRange, Hir, HirKind, Look, Repetition};

/// The side of something on which it has a border.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Side {
    Before,
    Behind,
}

/// The looser pattern; `None`: this one has no borders.
pub(super) fn without(pattern: &str) -> Option<String> {
    let hir = regex_syntax::parse(pattern).ok()?;
    hir.properties().look_set().contains_word_unicode().then(|| loosened(&hir).to_string())
}

fn loosened(hir: &Hir) -> Hir {
    match hir.kind() {
        HirKind::Look(look) if is_border(*look) => Hir::empty(),
        HirKind::Repetition(all) => Hir::repetition(Repetition { sub: Box::new(loosened(&all.sub)), ..all.clone() }),
        HirKind::Capture(group) => Hir::capture(Capture { sub: Box::new(loosened(&group.sub)), ..group.clone() }),
        HirKind::Alternation(ways) => Hir::alternation(ways.iter().map(loosened).collect()),
        HirKind::Concat(parts) => in_a_row(parts),
        _ => hir.clone(),
    }
}

fn in_a_row(parts: &[Hir]) -> Hir {
    let border = |at: Option<usize>| at.and_then(|at| parts.get(at)).is_some_and(|p| *p.kind() == HirKind::Look(Look::WordUnicode));
    let parts = parts.iter().enumerate().map(|(at, part)| {
        let mut part = loosened(part);
        if border(at.checked_sub(1)) {
            part = bordered(&part, Side::Before);
        }
        if border(at.checked_add(1)) {
            part = bordered(&part, Side::Behind);
        }
        part
    });
    Hir::concat(parts.collect())
}

fn is_border(look: Look) -> bool {
    matches!(
        look,
        Look::WordUnicode
            | Look::WordUnicodeNegate
            | Look::WordStartUnicode
            | Look::WordEndUnicode
            | Look::WordStartHalfUnicode
            | Look::WordEndHalfUnicode
    )
}

/// `hir` with a border wherever it has a letter of ASCII at that side.
fn bordered(hir: &Hir, side: Side) -> Hir {
    if hir.properties().minimum_len().is_none_or(|least| least == 0) {
        return hir.clone();
    }
    match hir.kind() {
        HirKind::Literal(literal) => {
            let edge = if side == Side::Before { literal.0.first() } else { literal.0.last() };
            if edge.is_some_and(|byte| is_letter(*byte)) { beside(hir.clone(), side) } else { hir.clone() }
        }
        HirKind::Class(Class::Unicode(letters)) => {
            let (mut plain, mut others) = (letters.clone(), letters.clone());
            plain.intersect(&plain_letters());
            others.difference(&plain_letters());
            Hir::alternation(vec![beside(Hir::class(Class::Unicode(plain)), side), Hir::class(Class::Unicode(others))])
        }
        HirKind::Capture(group) => Hir::capture(Capture { sub: Box::new(bordered(&group.sub, side)), ..group.clone() }),
        HirKind::Alternation(ways) => Hir::alternation(ways.iter().map(|way| bordered(way, side)).collect()),
        HirKind::Concat(parts) => {
            let mut parts = parts.clone();
            let edge = if side == Side::Before { parts.first_mut() } else { parts.last_mut() };
            edge.into_iter().for_each(|part| *part = bordered(part, side));
            Hir::concat(parts)
        }
        HirKind::Repetition(all) => {
            let rest = Repetition { min: all.min.saturating_sub(1), max: all.max.map(|most| most.saturating_sub(1)), ..all.clone() };
            let (one, rest) = (bordered(&all.sub, side), Hir::repetition(rest));
            Hir::concat(if side == Side::Before { vec![one, rest] } else { vec![rest, one] })
        }
        _ => hir.clone(),
    }
}

fn beside(hir: Hir, side: Side) -> Hir {
    let border = Hir::look(Look::WordAscii);
    Hir::concat(if side == Side::Before { vec![border, hir] } else { vec![hir, border] })
}

fn is_letter(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

fn plain_letters() -> ClassUnicode {
    ClassUnicode::new([('0', '9'), ('A', 'Z'), ('_', '_'), ('a', 'z')].map(|(from, to)| ClassUnicodeRange::new(from, to)))
}
