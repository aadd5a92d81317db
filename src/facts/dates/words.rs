//! The words of days and hours in both languages, folded (small letters, no accents), with the usual slips of the keys.

use jiff::civil::Weekday;

use crate::facts::vocabulary::Table;

/// The month that a word names.
pub fn month(word: &str) -> Option<i8> {
    MONTHS.get(word)
}

static MONTHS: Table<i8> = Table::new(&[
    ("january jan janvier janv januray janury", 1),
    ("february feb fevrier fevr fev febuary feburary febrary", 2),
    ("march mar mars", 3),
    ("april apr avril avr apil aprill", 4),
    ("may mai", 5),
    ("june jun juin", 6),
    ("july jul juillet juil juill", 7),
    ("august aug aout agust augst", 8),
    ("september sept sep septembre setember setembre septemeber", 9),
    ("october oct octobre octber", 10),
    ("november nov novembre novemeber novemer", 11),
    ("december dec decembre decemeber decmber desember", 12),
]);

/// The weekday that a word names, and whether the word has other meanings so that something near must support it.
pub fn weekday(word: &str, french: bool) -> Option<(Weekday, bool)> {
    match (word, WEEKDAYS.get(word)?) {
        // In French, `mon` is whose it is and `tue` a verb.
        ("mon", _) if french => None,
        ("tues" | "tue", (day, _)) => Some((day, french)),
        (_, told) => Some(told),
    }
}

static WEEKDAYS: Table<(Weekday, bool)> = Table::new(&[
    ("monday mondays lundi lundis munday", (Weekday::Monday, false)),
    ("tuesday tuesdays mardi mardis tuesay tues tue", (Weekday::Tuesday, false)),
    ("wednesday wednesdays mercredi mercredis wensday wendesday wednsday weds", (Weekday::Wednesday, false)),
    ("thursday thursdays jeudi jeudis thusday thrusday thirsday thurs thur thu", (Weekday::Thursday, false)),
    ("friday fridays vendredi vendredis firday fri", (Weekday::Friday, false)),
    ("saturday saturdays samedi samedis saterday", (Weekday::Saturday, false)),
    ("sunday sundays dimanche dimanches", (Weekday::Sunday, false)),
    ("mon lun", (Weekday::Monday, true)),
    ("wed mer merc", (Weekday::Wednesday, true)),
    ("jeu", (Weekday::Thursday, true)),
    ("ven vend", (Weekday::Friday, true)),
    ("sat sam", (Weekday::Saturday, true)),
    ("sun dim", (Weekday::Sunday, true)),
]);

/// A number written as a word, up to ninety-nine where one word says it.
pub fn number(word: &str) -> Option<u32> {
    NUMBERS.get(word)
}

static NUMBERS: Table<u32> = Table::new(&[
    ("one un une", 1),
    ("two deux", 2),
    ("three trois", 3),
    ("four quatre", 4),
    ("five cinq", 5),
    ("six", 6),
    ("seven sept", 7),
    ("eight huit", 8),
    ("nine neuf", 9),
    ("ten dix", 10),
    ("eleven onze", 11),
    ("twelve douze", 12),
    ("thirteen treize", 13),
    ("fourteen quatorze", 14),
    ("fifteen quinze", 15),
    ("sixteen seize", 16),
    ("seventeen", 17),
    ("eighteen", 18),
    ("nineteen", 19),
    ("twenty vingt", 20),
    ("thirty trente", 30),
    ("forty fourty quarante", 40),
    ("fifty cinquante", 50),
]);

/// An ordinal written as a word, first to nineteenth, twentieth and thirtieth.
pub fn ordinal(word: &str) -> Option<u32> {
    ORDINALS.get(word)
}

static ORDINALS: Table<u32> = Table::new(&[
    ("first premier 1er", 1),
    ("second", 2),
    ("third", 3),
    ("fourth", 4),
    ("fifth", 5),
    ("sixth", 6),
    ("seventh", 7),
    ("eighth", 8),
    ("ninth", 9),
    ("tenth", 10),
    ("eleventh", 11),
    ("twelfth", 12),
    ("thirteenth", 13),
    ("fourteenth", 14),
    ("fifteenth", 15),
    ("sixteenth", 16),
    ("seventeenth", 17),
    ("eighteenth", 18),
    ("nineteenth", 19),
    ("twentieth", 20),
    ("thirtieth", 30),
]);

/// Whether a word names a month or a weekday, or counts.
pub fn is_of_dates(word: &str) -> bool {
    MONTHS.get(word).is_some() || WEEKDAYS.get(word).is_some() || NUMBERS.get(word).is_some() || ORDINALS.get(word).is_some()
}

/// A span of time that can be counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// Minutes.
    Minute,
    /// Hours.
    Hour,
    /// Days.
    Day,
    /// Weeks.
    Week,
    /// Fortnights.
    Fortnight,
    /// Months.
    Month,
    /// Years.
    Year,
}

/// The unit that a word names.
pub fn unit(word: &str) -> Option<Unit> {
    UNITS.get(word)
}

static UNITS: Table<Unit> = Table::new(&[
    ("minute minutes min mins mn", Unit::Minute),
    ("hour hours hr hrs h heure heures", Unit::Hour),
    ("day days jour jours jrs dodos sleeps", Unit::Day),
    ("week weeks wk wks semaine semaines sem", Unit::Week),
    ("fortnight fortnights quinzaine", Unit::Fortnight),
    ("month months mois", Unit::Month),
    ("year years yr yrs an ans annee annees", Unit::Year),
]);

/// A part of the day: it tells morning from evening hours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// Up to noon.
    Morning,
    /// From noon to about six.
    Afternoon,
    /// From about six on.
    Evening,
}

impl Part {
    /// The part of the day that a word names.
    pub fn of(word: &str) -> Option<Self> {
        PARTS.get(word)
    }

    /// `hour` as meant in this part of the day.
    pub fn hour(self, hour: u32) -> u32 {
        match self {
            Self::Afternoon | Self::Evening if (1..12).contains(&hour) => hour + 12,
            _ => hour,
        }
    }
}

static PARTS: Table<Part> = Table::new(&[
    ("morning mornin matin matinee", Part::Morning),
    ("afternoon afternoons aft apresmidi aprem arvo pm", Part::Afternoon),
    ("evening eve night soir soiree nuit", Part::Evening),
]);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_both_languages_name_months_weekdays_and_numbers() {
        let months = [
            ("january", 1),
            ("fevr", 2),
            ("mars", 3),
            ("avril", 4),
            ("mai", 5),
            ("juin", 6),
            ("juil", 7),
            ("aout", 8),
            ("sept", 9),
            ("dec", 12),
        ];
        for (word, expected) in months {
            assert_eq!(month(word), Some(expected), "{word}");
        }
        let weekdays =
            [("lundi", Weekday::Monday), ("tues", Weekday::Tuesday), ("mercredi", Weekday::Wednesday), ("thurs", Weekday::Thursday)];
        for (word, expected) in weekdays {
            assert_eq!(weekday(word, false).map(|w| w.0), Some(expected), "{word}");
        }
        let numbers = [("deux", 2), ("twelve", 12), ("seize", 16), ("vingt", 20), ("fifty", 50)];
        for (word, expected) in numbers {
            assert_eq!(number(word), Some(expected), "{word}");
        }
        for word in ["maybe", "marche", "tuer", "dixieme", ""] {
            assert!(month(word).is_none() && weekday(word, true).is_none() && number(word).is_none(), "{word}");
        }
    }

    #[test]
    fn a_french_possessive_is_no_monday() {
        assert_eq!(weekday("mon", true), None);
        assert_eq!(weekday("mon", false), Some((Weekday::Monday, true)));
    }

    #[test]
    fn afternoon_and_evening_hours_lie_behind_noon() {
        for (part, hour, expected) in
            [(Part::Morning, 9, 9), (Part::Afternoon, 2, 14), (Part::Evening, 7, 19), (Part::Evening, 19, 19), (Part::Afternoon, 12, 12)]
        {
            assert_eq!(part.hour(hour), expected);
        }
    }
}
