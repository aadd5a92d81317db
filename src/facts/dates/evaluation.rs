//! Which of the days in a message is the evaluation's: never the day the code came, nor the deadline of something else.

use crate::facts::vocabulary::Words;
use std::ops::Range;

use jiff::civil::{Date, DateTime, Time};

use super::Mention;
use crate::facts::tokens::Tokens;

/// Whether a word (folded) names an evaluation.
pub fn is_exam_word(word: &str) -> bool {
    EXAM_WORD.has(word)
}

/// Words of another event: a day told with them is not the evaluation's.
fn is_other_event(word: &str) -> bool {
    OTHER_EVENT.has(word)
}

/// To sit an evaluation, said by the verb alone.
fn is_exam_verb(word: &str) -> bool {
    matches!(
        word,
        "sit"
            | "sat"
            | "sitting"
            | "sits"
            | "examined"
            | "compose"
            | "composer"
            | "composons"
            | "composera"
            | "passer"
            | "presenter"
            | "presente"
    )
}

fn ends_clause(word: &str) -> bool {
    matches!(word, ";" | "but" | "mais" | "pis" | "so" | "donc" | "and" | "et" | "\"" | "because" | "car")
}

/// Whether the words before a date tell of something that has happened: `I got it on`, `reçu le`, `since`, `last`.
pub fn tells_of_the_past(tokens: &Tokens, at: usize, end: usize) -> bool {
    let start = tokens.sentence_start(at).max(at.saturating_sub(10));
    let mut past = false;
    for i in start..at {
        let word = tokens.fold(i);
        if is_exam_word(word) || matches!(word, "will" | "by" | "before" | "avant" | "prevu" | "prevue" | "until" | "sera" | "lieu" | "is")
        {
            past = false;
        } else if is_past(word)
            || (word == "from" && matches!(tokens.fold_before(i), "s" | "is" | "mail" | "email" | "invitation" | "code"))
        {
            past = true;
        }
    }
    // "on the 24th I got it" tells of the past, "on the 24th and I got nothing" is another thought.
    let mut same_thought = (end..end + 4).take_while(|i| !matches!(tokens.fold(*i), "and" | "but" | "et" | "mais" | "." | ";"));
    past || same_thought.any(|i| matches!(tokens.fold(i), "got" | "received" | "emailed" | "wrote"))
        && !(start..at).any(|i| is_exam_word(tokens.fold(i)))
}

fn is_past(word: &str) -> bool {
    PAST.has(word)
}

/// The evaluation's day and clock time among `mentions`, each by its place in the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Chosen {
    /// The day, and the mention that tells it.
    pub on: Option<(Date, usize)>,
    /// The clock time, and the mention that tells it.
    pub time: Option<(Time, usize)>,
}

/// Chooses the evaluation's day. `courses`: spans of courses, a day beside one is likely its evaluation's.
pub fn choose(tokens: &Tokens, mentions: &[Mention], courses: &[Range<usize>], now: Option<DateTime>) -> Chosen {
    let exam_anywhere = (0..tokens.len()).any(|i| is_exam_word(tokens.fold(i)));
    let scores: Vec<i32> = mentions.iter().map(|m| score(tokens, m, courses, now, exam_anywhere)).collect();
    let mut best: Option<(usize, i32)> = None;
    for (i, mention) in mentions.iter().enumerate().filter(|(_, m)| m.on.is_some() && !m.vague) {
        let points = scores.get(i).copied().unwrap_or(0) + i32::from(mention.time.is_some());
        let least = if mention.calendar { 2 } else { 3 };
        if points >= least && best.is_none_or(|(_, top)| points > top) {
            best = Some((i, points));
        }
    }
    let Some((day, _)) = best else { return clock_only(tokens, mentions, &scores, now) };
    let on = mentions.get(day).and_then(|m| m.on).map(|d| (d, day));
    let own = mentions.get(day).filter(|m| !m.computed).and_then(|m| m.time.map(|t| (afternoon(t, m), day)));
    let same_day = || {
        let with_time =
            mentions.iter().enumerate().filter(|(i, m)| !m.computed && m.on == on.map(|o| o.0) && scores.get(*i).is_some_and(|s| *s >= 2));
        with_time.filter_map(|(i, m)| m.time.map(|t| (afternoon(t, m), i))).next()
    };
    Chosen { on, time: own.or_else(same_day).or_else(|| best_clock(tokens, mentions, &scores, day)) }
}

/// No evaluation is before six in the morning: `at 2:30` is in the afternoon.
fn afternoon(time: Time, mention: &Mention) -> Time {
    if mention.either_half && time.hour() < 6 { Time::new(time.hour() + 12, time.minute(), 0, 0).unwrap_or(time) } else { time }
}

/// A clock time that stands alone near the chosen day or near a word for evaluation.
fn best_clock(tokens: &Tokens, mentions: &[Mention], scores: &[i32], day: usize) -> Option<(Time, usize)> {
    let chosen = mentions.get(day)?;
    let alone = mentions.iter().enumerate().filter(|(_, m)| m.on.is_none() && m.time.is_some());
    let close = |m: &Mention| {
        let near = m.tokens.start.abs_diff(chosen.tokens.end).min(chosen.tokens.start.abs_diff(m.tokens.end));
        let begins = (m.tokens.start.saturating_sub(4)..m.tokens.start).any(|i| is_beginning(tokens.fold(i)));
        let same = tokens.sentence_start(m.tokens.start) == tokens.sentence_start(chosen.tokens.start);
        near <= 6 || begins || (near <= 14 && same) || clue_before(tokens, m) == Some(Clue::Exam)
    };
    let points = |i: usize| scores.get(i).copied().unwrap_or(0);
    let best = alone.filter(|(i, m)| points(*i) >= 0 && close(m)).max_by_key(|(i, _)| (points(*i), usize::MAX - i))?;
    best.1.time.map(|t| (afternoon(t, best.1), best.0))
}

fn is_beginning(word: &str) -> bool {
    matches!(
        word,
        "begins"
            | "starts"
            | "start"
            | "begin"
            | "commence"
            | "debute"
            | "part"
            | "opens"
            | "starting"
            | "debut"
            | "time"
            | "heure"
            | "horaire"
    )
}

/// Only a clock time is told with the evaluation: it is today's where that hour is still to come.
fn clock_only(tokens: &Tokens, mentions: &[Mention], scores: &[i32], now: Option<DateTime>) -> Chosen {
    let told = mentions.iter().enumerate().find(|(i, m)| {
        let near = (m.tokens.start.saturating_sub(5)..m.tokens.start).any(|j| is_exam_word(tokens.fold(j)));
        m.on.is_none() && m.time.is_some() && near && scores.get(*i).is_some_and(|s| *s >= 4)
    });
    let Some((i, mention)) = told else { return Chosen::default() };
    let time = mention.time.map(|t| afternoon(t, mention));
    let today = now.zip(time).filter(|(now, time)| now.time() <= *time).map(|(now, _)| (now.date(), i));
    Chosen { on: today, time: time.map(|t| (t, i)) }
}

fn score(tokens: &Tokens, mention: &Mention, courses: &[Range<usize>], now: Option<DateTime>, exam_anywhere: bool) -> i32 {
    let (before, after) = (clue_before(tokens, mention), clue_after(tokens, mention));
    let mut points = match (before, after) {
        (Some(Clue::Exam), _) => 5,
        (Some(Clue::Other), Some(Clue::Exam)) => 2,
        (Some(Clue::Other), _) => -5,
        (None, Some(Clue::Exam)) => 4,
        (None, Some(Clue::Other)) => -2,
        (None, None) => 0,
    };
    if points == 0 {
        points += i32::from(exam_anywhere) + i32::from(previous_sentence_has_exam(tokens, mention));
    }
    let beside = |c: &Range<usize>| {
        let between =
            if c.end <= mention.span.start { tokens.slice(c.end..mention.span.start) } else { tokens.slice(mention.span.end..c.start) };
        (c.end <= mention.span.start || c.start >= mention.span.end)
            && between.split_whitespace().count() <= 6
            && !between.contains(['.', '\n'])
    };
    if courses.iter().any(beside) && (points >= 0 || mention.time.is_some() || tokens.fold_before(mention.tokens.start) == "(") {
        points = points.max(0) + 4;
    }
    if mention.computed && before != Some(Clue::Exam) && after != Some(Clue::Exam) {
        points -= 4;
    }
    if let (Some(on), Some(now)) = (mention.on, now) {
        let days = (on - now.date()).get_days();
        points += match days {
            0.. => 2,
            -60..0 => -1,
            _ => -6,
        };
        points -= if mention.same_day && mention.time.is_none() && before != Some(Clue::Exam) { 2 } else { 0 };
    }
    points
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Clue {
    Exam,
    Other,
}

/// The nearest clue before a date in its sentence; a clause that begins anew hides what stands before it, unless it tells nothing itself.
fn clue_before(tokens: &Tokens, mention: &Mention) -> Option<Clue> {
    let at = mention.tokens.start;
    let start = tokens.sentence_start(at).max(at.saturating_sub(16));
    let mut clause_ended = false;
    for i in (start..at).rev() {
        let word = tokens.fold(i);
        if is_exam_word(word)
            && !(word == "session" && matches!(tokens.fold(i + 1), "expired" | "expiree"))
            && !(word == "test"
                && (tokens.fold_before(i) == "practice"
                    || tokens.follow(i + 1, &["de", "pratique"]).is_some()
                    || tokens.follow(i + 1, &["d", "'", "essai"]).is_some()))
        {
            return Some(Clue::Exam);
        }
        if is_exam_verb(word) {
            return Some(Clue::Exam);
        }
        let enrolled = matches!(word, "registered" | "enrolled" | "inscrit" | "inscrite") && mention.time.is_some();
        if is_other_event(word) && !clause_ended && !enrolled {
            return Some(Clue::Other);
        }
        clause_ended |= ends_clause(word) || (word == "," && at - i > 2);
    }
    None
}

/// The nearest clue behind a date, up to its clause's end.
fn clue_after(tokens: &Tokens, mention: &Mention) -> Option<Clue> {
    let from = mention.tokens.end;
    let end = tokens.sentence_end(from.saturating_sub(1)).min(from + 9);
    for i in from..end {
        let word = tokens.fold(i);
        if is_exam_word(word) {
            return Some(Clue::Exam);
        }
        if word == "now" && i == from {
            return Some(Clue::Other);
        }
        if ends_clause(word) || (is_other_event(word) && i > from + 1) {
            return None;
        }
        if is_other_event(word) {
            return Some(Clue::Other);
        }
    }
    None
}

fn previous_sentence_has_exam(tokens: &Tokens, mention: &Mention) -> bool {
    let start = tokens.sentence_start(mention.tokens.start);
    let Some(last) = start.checked_sub(1) else { return false };
    (tokens.sentence_start(last)..start).any(|i| is_exam_word(tokens.fold(i)))
}

static EXAM_WORD: Words = Words::new(
    "exam exams examination examinations midterm midterms final finals quiz paper test tests assessment evaluation evaluations \
     eval evals examen examens epreuve epreuves partiel partiels intra intras controle rattrapage concours osce ecos resit viva \
     sitting session resits certification oral mock mocks lexamen lexam leval lepreuve exma exame examn interro testing colle \
     supplemental",
);
static OTHER_EVENT: Words = Words::new(
    "received receive got gotten sent send came arrived mailed emailed resent issued dated wrote since registered enrolled \
     registration tried asked requested activated created expired expires expire invitation invite invited code link birthday born \
     deadline changed ended ends paid dropped reset signed started began finished worked logged called reported updated submitted \
     graduated ago recu recue recus recues envoye envoyee eu arrive arrivee depuis inscrite inscrit inscription demande essaye \
     active cree expirait limite lien naissance nee paye change quitte ferme ajoutee ajoute added commande telephone appele \
     rappele tentative relance annoncee annonce emise emis parvenue refund unsubscribe leave office vacation conge courriel email \
     mail respond reply answer reponse hospital hopital prof recois redemande redemandee demandee moved wedding told eue ecrit",
);
static PAST: Words = Words::new(
    "received got sent came arrived mailed emailed resent issued dated since registered tried asked requested activated created \
     expired was were had ended paid missed did waiting been recu recue recus recues envoye envoyee eu depuis essaye demande \
     demandee cree rate manque etait paye arrivee passe passee emise reported supposed lai avait avais eue eues ajoutee \
     ajoute added wrote",
);
