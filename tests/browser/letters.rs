//! The people of these tests, and what they write. All are invented.

use std::fs;

use jiff::SignedDuration;
use usher::clock::{Clock, System};

/// A register: who sits what, and when. The last column of an evaluation is hours from now.
#[derive(Default)]
pub struct Register {
    evaluations: String,
    candidates: String,
    registrations: String,
    invitations: String,
}

fn at(hours: i64) -> String {
    (System.now() + SignedDuration::from_hours(hours)).to_string()
}

impl Register {
    pub fn evaluation(mut self, id: &str, code: &str, title: &str, hours: i64) -> Self {
        self.evaluations += &format!("{id},I1,{code},{title},{title},{}\n", at(hours));
        self
    }

    /// Somebody who is registered, and whose code was sent so many days ago.
    pub fn candidate(mut self, id: &str, name: [&str; 2], email: &str, evaluation: &str, days: i64) -> Self {
        let [first, last] = name;
        self.candidates += &format!("{id},{first},{last},{email},I1,en\n");
        self.registrations += &format!("{id},{evaluation}\n");
        self.invitations += &format!("V{id},{id},AAAA-{id:0>4}-22,{},,\n", at(-24 * days));
        self
    }

    pub fn written(self) -> tempfile::TempDir {
        self.of("Saint-Aubin")
    }

    /// Written with an institution of that name.
    pub fn of(self, institution: &str) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, head: &str, rows: &str| fs::write(folder.path().join(name), format!("{head}\n{rows}")).unwrap();
        write(
            "institutions.csv",
            "institution_id,name,domains,coordinator_name,coordinator_email,language,time_zone",
            &format!("I1,{institution},aubin.example,Inès Roche,ines.roche@aubin.example,en,Europe/Brussels\n"),
        );
        write("evaluations.csv", "evaluation_id,institution_id,course_code,title_en,title_fr,starts_at", &self.evaluations);
        write("candidates.csv", "candidate_id,first_name,last_name,email,institution_id,language", &self.candidates);
        write("registrations.csv", "candidate_id,evaluation_id", &self.registrations);
        write("invitations.csv", "invitation_id,candidate_id,code,sent_at,activation_started_at,activated_at", &self.invitations);
        folder
    }
}

/// Ada sits tomorrow; the others later; two are called alike.
pub fn everybody() -> Register {
    Register::default()
        .evaluation("E1", "CHEM 2301", "Organic chemistry", 30)
        .evaluation("E2", "BIO 1101", "Cell biology", 480)
        .evaluation("E3", "DRT 1151", "Law of evidence", 50)
        .candidate("C1", ["Ada", "Roy"], "ada.roy@aubin.example", "E1", 2)
        .candidate("C2", ["Bo", "Lund"], "bo.lund@aubin.example", "E2", 40)
        .candidate("C3", ["Chloé", "Martin"], "chloe.martin@aubin.example", "E3", 3)
        .candidate("C4", ["Jean", "Tremblay"], "jean.tremblay1@aubin.example", "E2", 3)
        .candidate("C5", ["Jean", "Tremblay"], "jean.tremblay2@aubin.example", "E2", 3)
        .candidate("C6", ["Noor", "Haddad"], "noor.haddad@aubin.example", "E2", 40)
}

/// A mail as the desk's own mail server hands it over.
pub struct Letter {
    pub from: String,
    pub name: String,
    pub id: String,
    pub subject: String,
    /// Further header lines, each with its line end.
    pub more: String,
    pub kind: &'static str,
    pub body: String,
}

/// A plain one.
pub fn letter(from: &str, name: &str, id: &str, body: &str) -> Letter {
    Letter {
        from: from.into(),
        name: name.into(),
        id: id.into(),
        subject: "invitation code".into(),
        more: String::new(),
        kind: "text/plain; charset=utf-8",
        body: body.into(),
    }
}

impl Letter {
    pub fn about(mut self, subject: &str) -> Self {
        self.subject = subject.into();
        self
    }

    /// An answer to a mail of ours.
    pub fn answering(mut self, message_id: &str) -> Self {
        self.more += &format!("In-Reply-To: {message_id}\r\nReferences: {message_id}\r\n");
        self
    }

    pub fn bytes(&self) -> Vec<u8> {
        let date = System.now().strftime("%a, %d %b %Y %H:%M:%S +0000");
        let Self { from, name, id, subject, more, kind, body } = self;
        let domain = from.rsplit_once('@').map_or("", |(_, d)| d);
        format!(
            "Return-Path: <{from}>\r\nReceived: from mail.{domain} by mx.nexam.example with ESMTPS; {date}\r\n\
             Authentication-Results: mx.nexam.example; dmarc=pass header.from={domain}\r\nFrom: {name} <{from}>\r\n\
             To: support@nexam.example\r\nSubject: {subject}\r\nDate: {date}\r\nMessage-ID: <{id}@{domain}>\r\n{more}\
             MIME-Version: 1.0\r\nContent-Type: {kind}\r\nContent-Transfer-Encoding: 8bit\r\n\r\n{}\r\n",
            body.replace('\n', "\r\n")
        )
        .into_bytes()
    }
}

/// Five requests and what else comes on a day.
pub fn a_day() -> Vec<Vec<u8>> {
    let more = "> On Monday the desk wrote:\n> Please tell us your course.\n> Thank you\n";
    [
        letter(
            "ada.roy@aubin.example",
            "Ada Roy",
            "ada",
            "Hello,\n\nMy invitation code AAAA-00C1-23 is refused, it says \"Invitation code does not exist or has expired\".\n\
             My course is CHEM 2301.\n\nAda Roy",
        )
        .about("Invitation code refused"),
        letter(
            "bo.lund@aubin.example",
            "Bo Lund",
            "bo",
            "Good morning,\n\nMy invitation code is not accepted for BIO 1101, it says it is invalid.\n\nBo Lund",
        ),
        letter(
            "chloe.martin@aubin.example",
            "=?utf-8?q?Chlo=C3=A9_Martin?=",
            "chloe",
            &format!("Bonjour,\n\nMon code d’invitation est refusé pour DRT 1151. Que dois-je faire ?\n\nChloé Martin\n\n{more}"),
        )
        .about("=?utf-8?q?Code_refus=C3=A9?="),
        letter(
            "jean.tremblay@webmail.example",
            "Jean Tremblay",
            "jean",
            "Hello, I cannot get in: the invitation code for BIO 1101 is refused. I am registered at Saint-Aubin.\n\nJean Tremblay",
        ),
        letter(
            "someone@webmail.example",
            "S. One",
            "someone",
            "Hello, I cannot sign in and I never received the mail to reset my password.",
        ),
        letter("noor.haddad@aubin.example", "Noor Haddad", "noor", "Hello, my code has expired, can you help? BIO 1101.\n\nNoor Haddad"),
    ]
    .iter()
    .map(Letter::bytes)
    .collect()
}
