//! Dates as people write them, resolved from Monday, 2 November 2026, 09:30.

use jiff::civil::date;

use super::calendar::Order;
use super::*;

fn resolved(text: &str, french: bool, order: Order) -> Vec<String> {
    let tokens = Tokens::of(text);
    let now = Now { moment: Some(date(2026, 11, 2).at(9, 30, 0, 0)), french, order };
    let shown = |m: &Mention| {
        let on = m.on.map_or_else(|| "-".to_owned(), |d| d.to_string());
        m.time.map_or_else(|| on.clone(), |t| format!("{on} {:02}:{:02}", t.hour(), t.minute()))
    };
    read(&tokens, now, &[]).iter().map(shown).collect()
}

const ENGLISH: &[(&str, &str)] = &[
    ("today at 5pm", "2026-11-02 17:00"),
    ("tomorrow 9am", "2026-11-03 09:00"),
    ("9am tomorrow", "2026-11-03 09:00"),
    ("tonight at 7", "2026-11-02 19:00"),
    ("tomorrow morning at 8", "2026-11-03 08:00"),
    ("tomorrow evening 6:30 PM", "2026-11-03 18:30"),
    ("the day after tomorrow at noon", "2026-11-04 12:00"),
    ("on Wednesday", "2026-11-04"),
    ("Wednesday the 18th at 10 in the morning", "2026-11-18 10:00"),
    ("this Friday at 2:30pm", "2026-11-06 14:30"),
    ("next Tuesday", "2026-11-10"),
    ("next week on Thursday at 3 pm", "2026-11-12 15:00"),
    ("Monday next week", "2026-11-09"),
    ("a week from Friday", "2026-11-13"),
    ("a week on Thursday", "2026-11-12"),
    ("Thursday week at 11 a.m.", "2026-11-12 11:00"),
    ("a week today", "2026-11-09"),
    ("in two days", "2026-11-04"),
    ("tomorrow week", "2026-11-10"),
    ("one week from tonight", "2026-11-09"),
    ("the 30th of this month", "2026-11-30"),
    ("in 3 weeks' time", "2026-11-23"),
    ("in a fortnight", "2026-11-16"),
    ("in 26 hours", "2026-11-03 11:30"),
    ("in half an hour", "2026-11-02 10:00"),
    ("2 days from now", "2026-11-04"),
    ("two weeks from tomorrow", "2026-11-17"),
    ("in one month", "2026-12-02"),
    ("4 days until my exam", "2026-11-06"),
    ("Dec 2", "2026-12-02"),
    ("Dec 2nd, 2026", "2026-12-02"),
    ("December 2nd at 13:30", "2026-12-02 13:30"),
    ("2 December 2026 9.30am", "2026-12-02 09:30"),
    ("the 2nd of December", "2026-12-02"),
    ("the twenty-second of May", "2027-05-22"),
    ("Sat, Nov 14th, 2026 10:00", "2026-11-14 10:00"),
    ("Friday, 13 November", "2026-11-13"),
    ("21 - 28 May 2027", "2027-05-21"),
    ("Feb 5th", "2027-02-05"),
    ("2026-12-14T09:00:00-05:00", "2026-12-14 09:00"),
    ("2026/12/14", "2026-12-14"),
    ("14.12.2026 at 9 o'clock", "2026-12-14 09:00"),
    ("06-Apr-2027, 3:00 PM IST", "2027-04-06 15:00"),
    ("on the 22nd", "2026-11-22"),
    ("next month on the 3rd", "2026-12-03"),
    ("Nov 21 at 13:30", "2026-11-21 13:30"),
    ("from 2pm to 4pm on Friday", "2026-11-06 14:00"),
    ("9:00 to 11:00 on 5 December", "2026-12-05 09:00"),
    ("11 May, quarter past two in the afternoon", "2027-05-11 14:15"),
    ("8 June at half nine", "2027-06-08 09:30"),
    ("yesterday", "2026-11-01"),
    ("3 days ago", "2026-10-30"),
    ("last Friday", "2026-10-30"),
    ("I received it on Friday", "2026-10-30"),
    ("I got it on 30 October", "2026-10-30"),
    ("10am sat", "2026-11-07 10:00"),
    ("sunday noon", "2026-11-08 12:00"),
    ("at 9am", "- 09:00"),
    ("Friday, May 14, 2027", "2027-05-14"),
    ("14th of November 2026 @ 8:00", "2026-11-14 08:00"),
    ("noon tomorrow", "2026-11-03 12:00"),
    ("within 48 hours", "2026-11-04 09:30"),
    ("five days from now", "2026-11-07"),
    ("a couple of days from now", "2026-11-04"),
    ("in an hour", "2026-11-02 10:30"),
    ("in 10 days", "2026-11-12"),
    ("Friday night at 8", "2026-11-06 20:00"),
    ("November 12-14", "2026-11-12"),
    ("12th to 14th November", "2026-11-12"),
    ("the 5th at 3pm", "2026-11-05 15:00"),
    ("in 1 year", "2027-11-02"),
    ("next month", "2026-12-02"),
    ("next year", "2027-11-02"),
    ("Sunday 8 Nov 2026 at 23:59", "2026-11-08 23:59"),
    ("2026-11-20 14:05:00", "2026-11-20 14:05"),
    ("Thu 5/11 at 4", "2026-11-05 04:00"),
    ("tmrw", "2026-11-03"),
    ("December 14 this year", "2026-12-14"),
    ("midnight on Friday", "2026-11-06 00:00"),
];

#[test]
fn english_dates_are_resolved() {
    for (text, expected) in ENGLISH {
        let got = resolved(text, false, Order::LikelyMonthDay);
        assert_eq!(got.first().map_or("", String::as_str), *expected, "{text}");
    }
}

const FRENCH: &[(&str, &str)] = &[
    ("aujourd'hui à 15h", "2026-11-02 15:00"),
    ("demain 14 h", "2026-11-03 14:00"),
    ("demain matin à 8 h 30", "2026-11-03 08:30"),
    ("ce soir à 7h", "2026-11-02 19:00"),
    ("à soir 19 h", "2026-11-02 19:00"),
    ("cet après-midi à 14h", "2026-11-02 14:00"),
    ("après-demain 9h", "2026-11-04 09:00"),
    ("le 2 décembre à 13 h 30", "2026-12-02 13:30"),
    ("vendredi 13h", "2026-11-06 13:00"),
    ("lundi prochain", "2026-11-09"),
    ("mardi prochain 18h", "2026-11-03 18:00"),
    ("jeudi en huit, 9 h", "2026-11-12 09:00"),
    ("mardi de la semaine prochaine à 9 h", "2026-11-10 09:00"),
    ("le 14", "2026-11-14"),
    ("lundi le 16 à 13h30", "2026-11-16 13:30"),
    ("le 3 à 18h", "2026-11-03 18:00"),
    ("le 1er mai 2027", "2027-05-01"),
    ("dans 3 jours", "2026-11-05"),
    ("dans une semaine jour pour jour", "2026-11-09"),
    ("d'ici deux semaines", "2026-11-16"),
    ("dans une demi-heure", "2026-11-02 10:00"),
    ("12/11/2026", "2026-11-12"),
    ("le 12/11 à 13 h 30", "2026-11-12 13:30"),
    ("le 11.12.", "2026-12-11"),
    ("Examen : 04.12., 17 h 15", "2026-12-04 17:15"),
    ("le dix décembre à dix-neuf heures", "2026-12-10 19:00"),
    ("le 5 novembre à midi", "2026-11-05 12:00"),
    ("à 10h30 ce matin", "2026-11-02 10:30"),
    ("à 3 h de l'après-midi demain", "2026-11-03 15:00"),
    ("mer. 4 nov. 2026 à 08 h 00", "2026-11-04 08:00"),
    ("du 3 au 5 décembre", "2026-12-03"),
    ("samedi 14 novembre à 8 heures du matin", "2026-11-14 08:00"),
    ("dimanche 8 novembre, 1 h de l'après-midi", "2026-11-08 13:00"),
    ("J-3", "2026-11-05"),
    ("hier soir", "2026-11-01"),
    ("il y a 3 jours", "2026-10-30"),
    ("vendredi dernier", "2026-10-30"),
    ("je l'ai reçu vendredi", "2026-10-30"),
    ("reçu le 30 octobre", "2026-10-30"),
    ("la semaine prochaine", "2026-11-09"),
    ("à quinze heures trente le 30 novembre", "2026-11-30 15:30"),
    ("2027-01-14 à 9h", "2027-01-14 09:00"),
    ("à 9h", "- 09:00"),
    ("dans deux heures", "2026-11-02 11:30"),
    ("dans 10 jours", "2026-11-12"),
    ("dans un mois", "2026-12-02"),
    ("dans 15 jours", "2026-11-17"),
    ("le mois prochain", "2026-12-02"),
    ("l'année prochaine", "2027-11-02"),
    ("vendredi 13 novembre 2026 à 14h05", "2026-11-13 14:05"),
    ("le vendredi 13", "2026-11-13"),
    ("ce vendredi à 9h", "2026-11-06 09:00"),
    ("d'aujourd'hui en huit", "2026-11-09"),
    ("demain midi", "2026-11-03 12:00"),
    ("dimanche à minuit", "2026-11-08 00:00"),
    ("le 31 janvier", "2027-01-31"),
    ("5 août 2027", "2027-08-05"),
    ("1/12/2026 8h", "2026-12-01 08:00"),
    ("entre 9h et 11h demain", "2026-11-03 09:00"),
    ("de 13h à 16h le 5 novembre", "2026-11-05 13:00"),
    ("dans les 2 prochains jours", "2026-11-04"),
    ("vendredi de cette semaine", "2026-11-06"),
];

#[test]
fn french_dates_are_resolved() {
    for (text, expected) in FRENCH {
        let got = resolved(text, true, Order::DayMonth);
        assert_eq!(got.first().map_or("", String::as_str), *expected, "{text}");
    }
}

#[test]
fn the_order_of_day_and_month_follows_the_place_and_what_makes_sense() {
    let cases = [
        ("11/12/2026", Order::LikelyMonthDay, "2026-11-12"),
        ("11/12/2026", Order::LikelyDayMonth, "2026-12-11"),
        ("12/25/2026", Order::LikelyDayMonth, "2026-12-25"),
        ("05/11/2026", Order::Open, "2026-11-05"),
        ("11/05/2026", Order::Open, "2026-11-05"),
        ("03/11/2026", Order::LikelyMonthDay, "2026-11-03"),
        ("exam 3/30", Order::LikelyDayMonth, "2027-03-30"),
    ];
    for (text, order, expected) in cases {
        assert_eq!(resolved(text, false, order), [expected], "{text} {order:?}");
    }
}

#[test]
fn text_without_dates_has_none() {
    let cases = [
        "I sat down",
        "the sun is out",
        "may I ask",
        "open 24/7",
        "question 3/4",
        "version 10.4.2",
        "call 514 555-0187",
        "a second mail",
        "CHEM 2301",
        "Error 404",
        "in 2 attempts",
        "mon code",
        "mar en a",
        "100% sure",
        "it takes 5 minutes",
    ];
    for text in cases {
        assert_eq!(resolved(text, false, Order::Open), Vec::<String>::new(), "{text}");
    }
}

fn chosen(text: &str, french: bool) -> (Option<String>, Option<String>) {
    let tokens = Tokens::of(text);
    let now = Now { moment: Some(date(2026, 11, 2).at(9, 30, 0, 0)), french, order: Order::DayMonth };
    let mentions = read(&tokens, now, &[]);
    let chosen = evaluation::choose(&tokens, &mentions, &[], now.moment);
    (chosen.on.map(|c| c.0.to_string()), chosen.time.map(|c| format!("{:02}:{:02}", c.0.hour(), c.0.minute())))
}

#[test]
fn the_evaluation_is_told_from_other_days() {
    let cases = [
        ("I got the code on 3 October, my exam is on 9 November at 2pm", false, Some("2026-11-09"), Some("14:00")),
        ("My exam is tomorrow.", false, Some("2026-11-03"), None),
        ("The invitation came on 20 October and nothing works", false, None, None),
        ("My birthday is November 9 and my exam is November 11", false, Some("2026-11-11"), None),
        ("Registration ended 30 Oct. Exam is 5 Dec at 9.", false, Some("2026-12-05"), Some("09:00")),
        ("The test is on Friday. It begins 9.30am.", false, Some("2026-11-06"), Some("09:30")),
        ("I asked for a reset at 8am. Final on Tuesday", false, Some("2026-11-03"), None),
        ("my exam starts at 2:30 on Friday", false, Some("2026-11-06"), Some("14:30")),
        ("we sit the paper a week on Thursday", false, Some("2026-11-12"), None),
        ("exam in 26 hours, i.e. 11:30 tomorrow", false, Some("2026-11-03"), Some("11:30")),
        ("Exam at 6pm TODAY", false, Some("2026-11-02"), Some("18:00")),
        ("my exam starts at 11, help", false, None, None),
        ("my exam starts at 11am, help", false, Some("2026-11-02"), Some("11:00")),
        ("I missed my exam on 30 October", false, Some("2026-10-30"), None),
        ("J'ai reçu le code le 3 octobre, l'examen est le 9 novembre à 14 h", true, Some("2026-11-09"), Some("14:00")),
        ("mon éval est demain 13 h 30", true, Some("2026-11-03"), Some("13:30")),
        ("Invitation reçue le 20 octobre, rien ne marche", true, None, None),
        ("Le 30 novembre approche (c'est la date de l'évaluation)", true, Some("2026-11-30"), None),
        ("Demandé à 8h, redemandé à midi. Mon examen est mardi.", true, Some("2026-11-03"), None),
        ("15 mai = examen", true, Some("2027-05-15"), None),
        ("je compose le mercredi 18 novembre", true, Some("2026-11-18"), None),
        ("I began on Friday with STAT 1010. I sit it on 9 November", false, Some("2026-11-09"), None),
        ("Demain 13 h 30!", true, Some("2026-11-03"), Some("13:30")),
        ("je quitte le collège le 5 novembre et j'ai un examen le 11 novembre", true, Some("2026-11-11"), None),
        ("l'épreuve du 4 décembre ne va pas m'attendre", true, Some("2026-12-04"), None),
        ("rien depuis vendredi", true, None, None),
        ("j'ai besoin d'une réponse d'ici demain", true, None, None),
        ("jai mon exam demain 9h", true, Some("2026-11-03"), Some("09:00")),
    ];
    for (text, french, on, time) in cases {
        let (got_on, got_time) = chosen(text, french);
        assert_eq!((got_on.as_deref(), got_time.as_deref()), (on, time), "{text}");
    }
}
