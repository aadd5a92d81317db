//! Whom a claim leads to: one table a kind.

use super::directory::Directory;
use super::{Candidate, Claim, Evaluation, Institution, Invitation, Person, Tables};
use crate::facts::Language;

pub(super) const PEOPLE: [(&str, &str, &str, &str, &str); 23] = [
    ("C01", "Jean-Philippe", "Côté", "jean-philippe.cote@uboreale.example", "U"),
    ("C02", "Marie", "Tremblay", "marie.tremblay@uboreale.example", "U"),
    ("C03", "Marc", "Tremblay", "mtremblay2@uboreale.example", "U"),
    ("C04", "Zoë", "Lindqvist", "s2208816@uboreale.example", "U"),
    ("C05", "Agnès", "Leblanc", "agnes_leblanc@gmail.com", "U"),
    ("C06", "Thi Thanh Ha", "Nguyen", "nguyen.thithanhha@phsc.example", "P"),
    ("C07", "Chidinma", "Okafor", "okafor.chidinma@phsc.example", "P"),
    ("C08", "Daniel", "Roy", "droy@phsc.example", "P"),
    ("C09", "David", "Roy", "david.roy@phsc.example", "P"),
    ("C10", "Wojciech", "Kowalczyk", "kowalczyk.wojciech@phsc.example", "P"),
    ("C11", "Bjørn", "Müller", "bjorn.muller@phsc.example", "P"),
    ("C12", "Sarah", "Gagnon", "sarah.gagnon@uboreale.example", "U"),
    ("C13", "Sarah", "Gagnon", "sarah.gagnon2@uboreale.example", "U"),
    ("C14", "Martin", "Marie", "martin.marie@uboreale.example", "U"),
    ("C15", "Robert", "Marchand", "r.marchand@phsc.example", "P"),
    ("C16", "Luis", "Mercier", "luis.mercier@outlook.com", "U"),
    ("C17", "Youssef", "El Amrani", "y.elamrani@phsc.example", "P"),
    ("C18", "Maxime", "Charbonneau-Poirier", "mcharbonneaupoirier@uboreale.example", "U"),
    ("C19", "Lucie", "Fontaine", "lucie.fontaine@videotron.ca", "P"),
    ("C20", "Jessica", "Li", "jli@uboreale.example", "U"),
    ("C21", "Jessica", "Lin", "jlin@uboreale.example", "U"),
    ("C23", "Ali", "Khan", "ali.khan@uboreale.example", "U"),
    ("C22", "Olena", "Bondar", "olena.bondar1987@gmail.com", "P"),
];

fn institution(id: &str, name: &str, domains: &[&str]) -> Institution {
    Institution {
        id: id.into(),
        name: name.into(),
        domains: domains.iter().map(|d| (*d).into()).collect(),
        coordinator_name: "A".into(),
        coordinator_email: "a@x.example".into(),
        language: Language::Fr,
        time_zone: "America/Toronto".into(),
    }
}

fn evaluation(id: &str, institution: &str, code: &str, title: &str) -> Evaluation {
    Evaluation {
        id: id.into(),
        institution_id: institution.into(),
        course_code: code.into(),
        title_en: title.into(),
        title_fr: title.into(),
        starts_at: jiff::Timestamp::UNIX_EPOCH,
    }
}

pub(super) fn tables() -> Tables {
    let candidate = |(id, first, last, email, institution): &(&str, &str, &str, &str, &str)| Candidate {
        id: (*id).into(),
        first_name: (*first).into(),
        last_name: (*last).into(),
        email: (*email).into(),
        institution_id: (*institution).into(),
        language: Language::En,
    };
    let candidates: Vec<Candidate> = PEOPLE.iter().map(candidate).collect();
    let invitation = |c: &Candidate| Invitation {
        id: format!("I-{}", c.id),
        candidate_id: c.id.clone(),
        code: super::codes::Seal::new(&[7; 32]).code("ABCD-1234"),
        sent_at: Some(jiff::Timestamp::UNIX_EPOCH),
        activation_started_at: None,
        activated_at: None,
    };
    Tables {
        institutions: vec![
            institution("U", "Université Boréale", &["uboreale.example", "boreale.example"]),
            institution("P", "Port Hope School of Care", &["phsc.example"]),
            institution("Q", "Université Borealis", &["uborealis.example"]),
        ],
        evaluations: vec![
            evaluation("E1", "U", "CHEM 2301", "Organic Chemistry"),
            evaluation("E2", "P", "NURS 3120", "Pharmacology for Nursing"),
            evaluation("E3", "U", "DRT-3002", "Oral Pathology"),
        ],
        registrations: candidates.iter().map(|c| (c.id.clone(), if c.institution_id == "U" { "E1" } else { "E2" }.to_owned())).collect(),
        invitations: candidates.iter().map(invitation).collect(),
        candidates,
    }
}

pub(super) fn claim(address: &str, sender: &str, names: (&str, &str), course: &str, institution: &str) -> Claim {
    let told = |s: &str| (!s.is_empty()).then(|| s.to_owned());
    Claim {
        email_used: told(address),
        sender: told(sender),
        first_name: told(names.0),
        last_name: told(names.1),
        course: told(course),
        institution: told(institution),
        ..Claim::default()
    }
}

pub(super) fn answer(directory: &Directory, claim: &Claim) -> String {
    match directory.resolve(claim) {
        Person::Found { registered, kind, .. } => format!("{} {kind:?}", registered.candidate.id),
        other => format!("{:?}", other.kind()),
    }
}

/// (what it shows, address stated, sender, names told, course, institution, expected)
type Row<'a> = (&'a str, &'a str, &'a str, (&'a str, &'a str), &'a str, &'a str, &'a str);

fn check(rows: &[Row<'_>]) {
    let directory = Directory::new(tables());
    for (says, address, sender, names, course, institution, expected) in rows {
        let claim = claim(address, sender, *names, course, institution);
        assert_eq!(answer(&directory, &claim), *expected, "{says}: {:#?}", directory.resolve(&claim));
    }
}

#[test]
fn the_same_mailbox_is_exact_or_an_alias() {
    check(&[
        ("letter case and spaces", " Marie.TREMBLAY@uboreale.example ", "", ("", ""), "", "", "C02 Exact"),
        ("the stated address decides", "marie.tremblay@uboreale.example", "david.roy@phsc.example", ("", ""), "", "", "C02 Exact"),
        ("plus-tag", "", "marie.tremblay+exam@uboreale.example", ("", ""), "", "", "C02 Alias"),
        ("alias domain", "", "marie.tremblay@boreale.example", ("", ""), "", "", "C02 Alias"),
        ("sub-domain", "", "marie.tremblay@etud.uboreale.example", ("", ""), "", "", "C02 Alias"),
        ("dots the provider ignores", "", "olena.bondar.1987@googlemail.com", ("", ""), "", "", "C22 Alias"),
        ("an institution does not ignore dots", "", "mtrem.blay2@uboreale.example", ("", ""), "", "", "C03 Shortened"),
        ("underscores are never ignored", "", "agnes.leblanc@gmail.com", ("Agnès", "Leblanc"), "", "", "None"),
        ("the neighbouring institution is another", "", "marie.tremblay@uborealis.example", ("", ""), "", "", "None"),
        ("a domain within another", "", "marie.tremblay@uboreale.example.evil.test", ("", ""), "", "", "None"),
    ]);
}

#[test]
fn another_form_of_the_name_is_shortened() {
    check(&[
        ("initial", "", "j.cote@uboreale.example", ("", ""), "", "", "C01 Shortened"),
        ("both initials", "", "jpcote@uboreale.example", ("", ""), "", "", "C01 Shortened"),
        ("last name first", "", "cote.jeanphilippe@uboreale.example", ("", ""), "", "", "C01 Shortened"),
        ("first name and last initial", "", "zoe.l@uboreale.example", ("", ""), "", "", "C04 Shortened"),
        ("a name for a student number", "", "zoe.lindqvist@uboreale.example", ("Zoë", "Lindqvist"), "", "", "C04 Shortened"),
        ("the last given name", "", "ha.nguyen@phsc.example", ("Ha", "Nguyen"), "", "", "C06 Shortened"),
        ("particle spelt", "youssef.elamrani@phsc.example", "", ("Youssef", "El Amrani"), "", "", "C17 Shortened"),
        ("half of a double name", "mcharbonneau@uboreale.example", "", ("Max", "Charbonneau"), "", "", "C18 Shortened"),
        ("umlaut spelt out", "", "b.mueller@phsc.example", ("", ""), "", "", "C11 Shortened"),
        ("a nickname's initial", "bmarchand@phsc.example", "", ("Bob", "Marchand"), "", "", "C15 Typo"),
        ("nickname told, registered initial", "robert.marchand@phsc.example", "", ("Bob", "Marchand"), "", "", "C15 Shortened"),
        ("the initial of two", "", "d.roy@phsc.example", ("", ""), "", "", "Ambiguous"),
        ("the initial of two, one named", "", "d.roy@phsc.example", ("David", "Roy"), "", "", "C09 Shortened"),
        ("the name told is another", "", "j.cote@uboreale.example", ("Julie", "Côté"), "", "", "None"),
        ("a sender with other digits is another", "", "marie.tremblay2@uboreale.example", ("Marie", "Tremblay"), "", "", "None"),
        ("the longer of two names, where the shorter is one", "", "a.khan@uboreale.example", ("Alicia", "Khan"), "", "", "None"),
        ("other digits", "", "mtremblay7@uboreale.example", ("", ""), "", "", "None"),
        ("digits left out fit two", "", "mtremblay@uboreale.example", ("", ""), "", "", "Ambiguous"),
        ("digits left out, one named", "", "mtremblay@uboreale.example", ("Marc", "Tremblay"), "", "", "C03 Shortened"),
        ("Marie Martin is not Martin Marie", "", "marie.martin@uboreale.example", ("Marie", "Martin"), "", "", "None"),
        ("at web mail a name is not enough", "", "l.mercier@outlook.com", ("Luis", "Mercier"), "", "", "None"),
        ("at web mail with the course", "", "l.mercier@outlook.com", ("Luis", "Mercier"), "chem2301", "", "C16 Shortened"),
    ]);
}

#[test]
fn a_slip_of_the_keys_is_a_typo() {
    check(&[
        ("lost inside", "okafor.chidnma@phsc.example", "x@gmail.com", ("", ""), "", "", "C07 Typo"),
        ("neighbours changed", "okafro.chidinma@phsc.example", "", ("", ""), "", "", "C07 Typo"),
        ("in the domain", "okafor.chidinma@phcs.example", "", ("", ""), "", "", "C07 Typo"),
        ("in a provider's domain", "lucie.fontaine@videotorn.ca", "x@outlook.com", ("Lucie", "Fontaine"), "", "", "C19 Typo"),
        ("two, and both names", "okfaor.chidnma@phsc.example", "", ("Chidinma", "Okafor"), "", "", "C07 Typo"),
        ("two, and no name", "okfaor.chidnma@phsc.example", "", ("", ""), "", "", "None"),
        ("accents typed", "agn\u{e8}s_leblanc@gmail.com", "", ("Agnès", "Leblanc"), "CHEM 2301", "", "C05 Typo"),
        ("a separator lost", "marietremblay@uboreale.example", "", ("Marie", "Tremblay"), "", "", "C02 Typo"),
        ("another real name", "mario.tremblay@uboreale.example", "", ("", ""), "", "", "None"),
        ("the same slip in the name", "okafro.chidinma@phsc.example", "", ("Chidinma", "Okafro"), "", "", "None"),
        ("another initial before digits", "ntremblay2@uboreale.example", "", ("", ""), "", "", "None"),
        ("the other name and an initial", "mario.tremblay@uboreale.example", "", ("M.", "Tremblay"), "", "", "None"),
        ("the neighbouring domain of nobody here", "marie.tremblay@uborealf.example", "", ("Marie", "Tremblay"), "", "", "None"),
        ("that domain, and the course", "marie.tremblay@uborealf.example", "", ("Marie", "Tremblay"), "CHEM 2301", "", "C02 Typo"),
        ("letters that look alike", "mar\u{131}e.tremblay@uboreale.example", "", ("Marie", "Tremblay"), "", "", "None"),
        ("a doubled dot", "marie..tremblay@uboreale.example", "", ("", ""), "", "", "C02 Typo"),
        ("another initial", "mroy@phsc.example", "", ("", ""), "", "", "None"),
        ("a name a letter longer", "jling@uboreale.example", "", ("", ""), "", "", "None"),
        ("a neighbouring number", "s2208817@uboreale.example", "", ("", ""), "", "", "None"),
        ("a look-alike letter", "m\u{430}rie.tremblay@uboreale.example", "", ("", ""), "", "", "None"),
        ("the neighbouring box at web mail", "luis.mercer@outlook.com", "", ("", ""), "", "", "None"),
        ("at web mail with both names and the course", "luis.mercer@outlook.com", "", ("Luis", "Mercier"), "CHEM 2301", "", "C16 Typo"),
        ("a sender has no slips", "", "okafor.chidnma@phsc.example", ("", ""), "", "", "None"),
    ]);
}

#[test]
fn a_name_needs_a_place() {
    check(&[
        ("course", "", "wk@gmail.com", ("Wojciech", "Kowalczyk"), "NURS 3120", "", "C10 Name"),
        ("title in part", "", "wk@gmail.com", ("Wojciech", "Kowalczyk"), "pharmacology", "", "C10 Name"),
        ("institution", "", "wk@gmail.com", ("Wojciech", "Kowalczyk"), "", "I study at Port Hope School of Care.", "C10 Name"),
        ("family name first", "", "wk@gmail.com", ("Kowalczyk", "Wojciech"), "NURS 3120", "", "C10 Name"),
        ("nothing else", "", "wk@gmail.com", ("Wojciech", "Kowalczyk"), "", "", "None"),
        ("another institution", "", "wk@gmail.com", ("Wojciech", "Kowalczyk"), "", "Université Boréale", "None"),
        ("the same local part at other web mail", "", "luis.mercier@yahoo.ca", ("Luis", "Mercier"), "", "", "C16 Name"),
        ("half a double first name and a course", "", "jp@gmail.com", ("Jean", "Côté"), "CHEM 2301", "", "None"),
        (
            "the domain of one, the words of another institution",
            "",
            "jpc@phsc.example",
            ("Jean-Philippe", "Côté"),
            "",
            "I study at Université Boréale",
            "C01 Name",
        ),
        ("a college of one's own name", "", "pc@gmail.com", ("Wojciech", "Kowalczyk"), "", "Kowalczyk, Wojciech", "None"),
        ("two of one name", "", "sg@gmail.com", ("Sarah", "Gagnon"), "CHEM 2301", "", "Ambiguous"),
        ("another first name", "", "wk@gmail.com", ("Wanda", "Kowalczyk"), "NURS 3120", "", "None"),
        ("half a double name and a course", "", "mc@gmail.com", ("Maxime", "Charbonneau"), "CHEM 2301", "", "None"),
        ("half a double name and the institution", "", "mc@gmail.com", ("Maxime", "Charbonneau"), "", "Université Boréale", "C18 Name"),
        (
            "a slip in the name, institution and course",
            "",
            "wk@gmail.com",
            ("Wojciech", "Kowalzcyk"),
            "NURS 3120",
            "Port Hope School of Care",
            "C10 Name",
        ),
        ("a slip in the name, the course alone", "", "wk@gmail.com", ("Wojciech", "Kowalzcyk"), "NURS 3120", "", "None"),
    ]);
}

#[test]
fn whoever_writes_for_another_is_not_taken_for_the_other() {
    let directory = Directory::new(tables());
    let parent = Claim { for_another: true, ..claim("", "david.roy@phsc.example", ("Wojciech", "Kowalczyk"), "NURS 3120", "") };
    assert_eq!(answer(&directory, &parent), "C10 Name");
    let display = Claim { display_name: Some("KOWALCZYK Wojciech".into()), ..claim("", "k@gmail.com", ("", ""), "NURS 3120", "") };
    assert_eq!(answer(&directory, &display), "C10 Name");
}

#[test]
fn a_confirmed_address_is_an_alias_until_it_is_withdrawn() {
    let mut directory = Directory::new(tables());
    let told = claim("", "wojtek.k@proton.me", ("", ""), "", "");
    assert_eq!(answer(&directory, &told), "None");
    directory.confirm([("Wojtek.K@proton.me", "C10"), ("marie.tremblay@uboreale.example", "C10"), ("x@y.example", "nobody")]);
    assert_eq!(answer(&directory, &told), "C10 Alias");
    let other = claim("marie.tremblay@uboreale.example", "", ("", ""), "", "");
    assert_eq!(answer(&directory, &other), "C02 Exact", "a registered address is its owner's");
    let stranger = claim("", "wojtek.k@proton.me", ("Anna", "Kowalska"), "", "");
    assert_eq!(answer(&directory, &stranger), "None", "another name told is a veto");
    directory.confirm([]);
    assert_eq!(answer(&directory, &told), "None");
}

#[test]
fn of_a_crowd_nobody_is_picked() {
    // Three hundred T. Nguyens; the one with another first name stands at the end, and so does a second Thanh.
    let mut crowd = tables();
    for n in 0..300 {
        let first = ["Thu", "Tuan", "Thanh Ha"][n % 3];
        let (id, email) = (format!("N{n:03}"), format!("n{n}@phsc.example"));
        crowd.candidates.push(Candidate {
            id,
            first_name: first.into(),
            last_name: "Nguyen".into(),
            email,
            institution_id: "P".into(),
            language: Language::En,
        });
    }
    for (id, email) in [("N100a", "x1@phsc.example"), ("N299z", "x2@phsc.example")] {
        let candidate = Candidate {
            id: id.into(),
            first_name: "Thanh".into(),
            last_name: "Nguyen".into(),
            email: email.into(),
            institution_id: "P".into(),
            language: Language::En,
        };
        crowd.candidates.push(candidate);
    }
    let directory = Directory::new(crowd);
    let told = |address: &str, names| answer(&directory, &claim("", address, names, "", "Port Hope School of Care"));
    assert_eq!(told("t.nguyen@phsc.example", ("", "")), "Ambiguous");
    assert_eq!(told("thanh.nguyen@phsc.example", ("", "")), "Ambiguous");
    assert_eq!(told("y@gmail.com", ("Thanh", "Nguyen")), "Ambiguous", "two Thanhs, far apart");
    assert_eq!(told("y@gmail.com", ("Tuan", "Nguyen")), "Ambiguous");
}

#[test]
fn a_name_of_many_like_words_costs_no_more() {
    let mut odd = tables();
    let name = "Aa ".repeat(12);
    odd.candidates.push(Candidate {
        id: "X".into(),
        first_name: name.clone(),
        last_name: name,
        email: "x@phsc.example".into(),
        institution_id: "P".into(),
        language: Language::En,
    });
    let address = format!("{}b@phsc.example", "a".repeat(39));
    assert_eq!(answer(&Directory::new(odd), &claim(&address, "", ("", ""), "", "")), "None");
}

#[test]
fn staff_see_who_was_near_and_why_not() {
    let directory = Directory::new(tables());
    let Person::Nobody(near) = directory.resolve(&claim("mario.tremblay@uboreale.example", "", ("", ""), "", "")) else { panic!("found") };
    assert!(near.iter().any(|n| n.candidate.id == "C02" && n.evidence[0].en.contains("somebody else's")), "{near:#?}");
    let Person::Several(both) = directory.resolve(&claim("", "d.roy@phsc.example", ("", ""), "", "")) else { panic!("one") };
    assert_eq!(both.iter().map(|n| n.candidate.id.as_str()).collect::<Vec<_>>(), ["C08", "C09"]);
    assert!(both[0].evidence[0].en.starts_with("2 people fit equally"));
}

#[test]
fn people_are_found_by_anything_with_slips() {
    let directory = Directory::new(tables());
    for (text, id) in [
        ("C07", "C07"),
        ("okafor", "C07"),
        ("OKAFRO Chidinma", "C07"),
        ("olena.bondar", "C22"),
        ("zoe lindqvist", "C04"),
        ("bjorn muller", "C11"),
    ] {
        assert_eq!(directory.find(text, 3).first().map(|n| n.candidate.id.as_str()), Some(id), "{text}");
    }
    assert!(directory.find("qqqqqq", 3).is_empty());
    let turned = directory.find("okafro chidinma", 1);
    let why: Vec<&str> = turned[0].evidence.iter().map(|e| e.en.as_str()).collect();
    assert_eq!(why, ["last name differs by one letter", "first name is the same"]);
}

#[test]
fn a_snapshot_counts_what_it_holds() {
    let bytes = Directory::new(tables()).bytes();
    assert!(bytes.strings > 500 && bytes.index > 2000 && bytes.belongings > 500, "{bytes:?}");
}
