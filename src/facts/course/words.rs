//! Words around courses, folded, both languages.

use crate::facts::dates::evaluation::is_exam_word;
use crate::facts::names::words as name_words;
use crate::facts::vocabulary::Words;

/// A common word that no title begins with.
pub(super) fn is_plain(word: &str) -> bool {
    name_words::is_common(word) && !name_words::is_study(word) && !is_exam_word(word) && !matches!(word, "unit" | "master" | "may" | "new")
}

pub(super) fn is_roman(word: &str) -> bool {
    !word.is_empty() && word.chars().all(|c| matches!(c, 'I' | 'V' | 'X'))
}

pub(super) fn is_label(word: &str) -> bool {
    matches!(
        word,
        "course"
            | "cours"
            | "exam"
            | "examen"
            | "evaluation"
            | "epreuve"
            | "module"
            | "matiere"
            | "subject"
            | "class"
            | "assessment"
            | "test"
            | "ue"
            | "sigle"
            | "courses"
    )
}

pub(super) fn is_course_word(word: &str) -> bool {
    COURSE_WORD.has(word)
}

/// Small words inside a title.
pub(super) fn is_small(word: &str) -> bool {
    matches!(
        word,
        "de" | "des"
            | "du"
            | "d"
            | "la"
            | "le"
            | "les"
            | "l"
            | "et"
            | "of"
            | "and"
            | "for"
            | "the"
            | "a"
            | "au"
            | "aux"
            | "en"
            | "in"
            | "to"
            | "'"
            | "&"
            | "i"
            | "ii"
            | "iii"
            | "iv"
    )
}

pub(super) fn is_determiner(word: &str) -> bool {
    DETERMINER.has(word)
}

/// Words before `exam` that are no subject.
pub(super) fn is_adjective(word: &str) -> bool {
    ADJECTIVE.has(word)
}

/// Words that carry numbers but name no subject: `Room 1204`, `Error 404`, `iOS 17`.
pub(super) fn is_no_subject(word: &str) -> bool {
    NO_SUBJECT.has(word)
}

/// Words with which a sentence goes on behind a title, or that cannot start one.
pub(super) fn is_no_title(word: &str) -> bool {
    NO_TITLE.has(word)
}

static COURSE_WORD: Words = Words::new(
    "course cours module matiere class classe ue subject unit inscrit inscrite enrolled registered programme groupe section liste \
     list",
);

static DETERMINER: Words = Words::new("my the our his her their your an a this that mon notre ton un le s d l ur any");

static ADJECTIVE: Words = Words::new(
    "online on line final first second third next upcoming coming midterm practice mock big important whole real actual same last \
     entire remote proctored written previous other term semester end mid sem make up makeup resit supplementary deferred virtual \
     only each every new own current scheduled open book timed nexam class course school state board demo trial past main stupid \
     damn exam midterms theory computer licence license licensing professional pratique prochain prochaine dernier premier review \
     morning afternoon evening one two three hour minute unit entrance monday pre post",
);

static NO_SUBJECT: Words = Words::new(
    "http error erreur code codes windows ios room salle local tel rue box cp covid iso id no ref page step etape utc gmt est ext \
     poste at a the le in on since depuis en de by before avant chrome firefox edge android iphone version ticket case group \
     groupe grp sec section year annee session over about around than que invoice facture is was to and et or ou for pour of du \
     des les vers number numero num nr po usd cad eur chf fall winter summer spring automne hiver ete printemps promo cohorte \
     class exam examen test invitation my with avec sur from un une an plus like oct nov dec jan feb apr jun jul aug sep mar may \
     floor question until only got not tried up port err status par dans il je cohort bac promotion etage bureau office suite apt \
     galaxy ipad mac pc mm nx au enrolled hrs emails mails times fois minutes application dossier matricule",
);

static NO_TITLE: Words = Words::new(
    "is are was will on at by this that today tomorrow tonight starts start begins opens and but so because my your i it we you he \
     she they with has have had not no can cannot please thanks when which what who how if as to from until before after since \
     there here next now all est sont etait sera a ont ai demain aujourd hier ce cet cette ces qui que dont ou mais car donc pour \
     dans avec sans sur par je j tu il elle nous vous ils ne pas mon ma mes votre vos son sa commence debute lieu tombe prevu \
     prevue se si y depuis avant apres vers entre pendant c s m n t pis svp merci bonjour hello hi hey dear sorry url help code \
     invitation link lien compte account password email courriel nexam support platform plateforme login connexion authentification activation urgent urgence \
     same meme reprise rattrapage semaine week month mois jour day days jours fin debut an the doesn don didn isn write take sit \
     miss missed missing got get need want pass passed passing taking writing sitting do does did me us him her them for or im ive \
     its pls plz lol omg wtf ok okay still also just only then than very really even yet up out off into over about between during \
     while where why these those whose been being be am would could should may might must shall entry access using use used works \
     work working says saying open opened prof teacher coordinator lundi mardi mercredi jeudi vendredi samedi dimanche moi toi lui \
     eux bientot soon later part commencait revient approche arrive finished done practice mock room salle fee frais score results \
     questions time times date dates name nom page site app dure cours course courses student students etudiant etudiante seat \
     candidat candidate people place l d step etape",
);
