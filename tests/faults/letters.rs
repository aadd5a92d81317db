//! The people of a bench and what they write: all invented, each with a name, an address and words of their own.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use usher::clock::{Clock, System};

/// The desk's own address.
pub const DESK: &str = "support@nexam.example";

/// A small generator of numbers (splitmix64): the same seed, the same numbers.
pub struct Dice(u64);

impl Dice {
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// A number below `below`.
    pub fn roll(&mut self, below: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (z ^ (z >> 31)) % below
    }

    /// One of them.
    pub fn one<'t, T>(&mut self, of: &'t [T]) -> &'t T {
        &of[usize::try_from(self.roll(of.len() as u64)).unwrap()]
    }
}

/// Somebody of the register. The code of an even one has expired; that of an odd one is two days old.
#[derive(Debug, Clone)]
pub struct Somebody {
    pub first: String,
    pub last: String,
    pub address: String,
}

impl Somebody {
    pub fn number(n: usize) -> Self {
        const FIRST: [&str; 10] = ["Nora", "Emil", "Ines", "Otto", "Maude", "Theo", "Clara", "Yves", "Salma", "Jonas"];
        const ONSETS: [&str; 10] = ["b", "d", "f", "g", "l", "m", "n", "r", "t", "v"];
        const SYLLABLES: [&str; 10] = ["ano", "elli", "oru", "ista", "ume", "orin", "ade", "ovic", "une", "amar"];
        let syllable = |digit: usize| format!("{}{}", ONSETS[(digit + n / 7) % 10], SYLLABLES[digit]);
        let last = format!("{}{}{}", syllable(n / 100 % 10), syllable(n / 10 % 10), syllable(n % 10));
        let last = format!("{}{}{}", last[..1].to_uppercase(), &last[1..], ["", "sen", "ski", "ova"][n / 1000 % 4]);
        let first = FIRST[n % 10].to_owned();
        let address = format!("{}.{}{}@uni{}.example", first.to_lowercase(), last.to_lowercase(), n, n % 5);
        Self { first, last, address }
    }

    pub fn is_expired(n: usize) -> bool {
        n.is_multiple_of(2)
    }
}

/// Writes the register of `people` people into `folder`. Nobody sits soon.
pub fn register(folder: &Path, people: usize) {
    let at = |hours: i64| (System.now() + jiff::SignedDuration::from_hours(hours)).to_string();
    let write = |name: &str, text: String| fs::write(folder.join(name), text).unwrap();
    let mut institutions = "institution_id,name,domains,coordinator_name,coordinator_email,language,time_zone\n".to_owned();
    let mut evaluations = "evaluation_id,institution_id,course_code,title_en,title_fr,starts_at\n".to_owned();
    for n in 0..5 {
        writeln!(institutions, "I{n},University {n},uni{n}.example,Lea Roch,lea@uni{n}.example,en,America/Toronto").unwrap();
        writeln!(evaluations, "E{n},I{n},BIO 1{n}01,Biology,Biologie,{}", at(480)).unwrap();
    }
    let mut candidates = "candidate_id,first_name,last_name,email,institution_id,language\n".to_owned();
    let mut registrations = "candidate_id,evaluation_id\n".to_owned();
    let mut invitations = "invitation_id,candidate_id,code,sent_at,activation_started_at,activated_at\n".to_owned();
    let (old, young) = (at(-24 * 40), at(-48));
    for n in 0..people {
        let Somebody { first, last, address } = Somebody::number(n);
        writeln!(candidates, "C{n},{first},{last},{address},I{},en", n % 5).unwrap();
        writeln!(registrations, "C{n},E{}", n % 5).unwrap();
        let sent = if Somebody::is_expired(n) { &old } else { &young };
        writeln!(invitations, "V{n},C{n},{},{sent},,", code(n)).unwrap();
    }
    write("institutions.csv", institutions);
    write("evaluations.csv", evaluations);
    write("candidates.csv", candidates);
    write("registrations.csv", registrations);
    write("invitations.csv", invitations);
}

/// A code as the platform makes them.
fn code(n: usize) -> String {
    const LETTERS: &[u8; 24] = b"ABCDEFGHJKLMNPQRSTUVWXYZ";
    let mut dice = Dice::new(n as u64);
    let mut four = || (0..4).map(|_| char::from(*dice.one(LETTERS))).collect::<String>();
    format!("{}-{}-{:02}", four(), four(), n % 100)
}

/// A request of somebody whom the mail server knows: registered person number `n`.
pub fn request(n: usize, id: &str, dice: &mut Dice) -> Vec<u8> {
    let who = Somebody::number(n);
    let text = words(&who, dice);
    letter(&who.address, id, "invitation code", &text, "")
}

/// A request of somebody who is in no register and whom no server vouches for.
pub fn strangers(id: &str, dice: &mut Dice) -> Vec<u8> {
    let n = usize::try_from(dice.roll(1_000_000)).unwrap() + 10_000;
    let mut who = Somebody::number(n);
    who.address = format!("{}.{n}@webmail.example", who.last.to_lowercase());
    let text = words(&who, dice);
    String::from_utf8(letter(&who.address, id, "code", &text, "")).unwrap().replace("dmarc=pass", "dmarc=none").into_bytes()
}

/// A further message of `n` about what a mail of ours, with these ids, answered.
pub fn further(n: usize, id: &str, message_id: &str, references: &str) -> Vec<u8> {
    let who = Somebody::number(n);
    let thread = format!("In-Reply-To: {message_id}\r\nReferences: {references} {message_id}\r\n");
    letter(&who.address, id, "Re: invitation code", "I tried once more, and my invitation code is still refused. What can I do?", &thread)
}

/// The same with so large an attachment that few of them fill a batch.
pub fn large(n: usize, id: &str, dice: &mut Dice) -> Vec<u8> {
    let plain = String::from_utf8(request(n, id, dice)).unwrap();
    let (head, text) = plain.split_once("\r\n\r\n").unwrap();
    let head = head.replace("Content-Type: text/plain; charset=utf-8", "Content-Type: multipart/mixed; boundary=\"cut\"");
    let line = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk\r\n";
    let picture = line.repeat(2_600_000 / line.len());
    format!(
        "{head}\r\n\r\n--cut\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n{text}\r\n--cut\r\nContent-Type: image/png; name=\"screen.png\"\r\n\
         Content-Disposition: attachment; filename=\"screen.png\"\r\nContent-Transfer-Encoding: base64\r\n\r\n{picture}--cut--\r\n"
    )
    .into_bytes()
}

/// What no machine answers: an absence note, a bounce, a list's mail.
pub fn machines(id: &str, dice: &mut Dice) -> Vec<u8> {
    let who = Somebody::number(usize::try_from(dice.roll(400)).unwrap());
    let away = "I am away until Monday and read no mail. My invitation code will have to wait.";
    match dice.roll(3) {
        0 => letter(&who.address, id, "Automatic reply: invitation code", away, "Auto-Submitted: auto-replied\r\n"),
        1 => {
            let list =
                format!("List-Id: <staff.{}>\r\nPrecedence: list\r\nList-Unsubscribe: <mailto:leave@uni0.example>\r\n", "uni0.example");
            letter(&who.address, id, "[staff] code refused?", "Does anybody know why an invitation code is refused?", &list)
        }
        _ => bounce(id),
    }
}

fn bounce(id: &str) -> Vec<u8> {
    let date = date();
    format!(
        "Return-Path: <>\r\nReceived: from mail.uni0.example by mx.nexam.example with ESMTPS; {date}\r\n\
         From: Mail Delivery System <MAILER-DAEMON@mail.uni0.example>\r\nTo: {DESK}\r\nSubject: Undelivered Mail Returned to Sender\r\n\
         Date: {date}\r\nMessage-ID: <{id}>\r\nAuto-Submitted: auto-replied\r\nMIME-Version: 1.0\r\n\
         Content-Type: multipart/report; report-type=delivery-status; boundary=\"b\"\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\n\
         Your message could not be delivered: code refused.\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\n\
         Reporting-MTA: dns; mail.uni0.example\r\n\r\nFinal-Recipient: rfc822; gone@uni0.example\r\nAction: failed\r\nStatus: 5.1.1\r\n\r\n--b--\r\n"
    )
    .into_bytes()
}

/// Some way of saying that the code is refused.
fn words(who: &Somebody, dice: &mut Dice) -> String {
    let opening = dice.one(&["Hello,", "Good morning,", "Hi,", "Dear team,"]);
    let trouble = dice.one(&[
        "My invitation code is not accepted, it says it is invalid.",
        "My invitation code is refused.",
        "The invitation code that I was given does not work.",
        "When I enter my invitation code I am told that it is invalid.",
    ]);
    let more = dice.roll(90_000) + 10_000;
    format!("{opening}\r\n\r\n{trouble}\r\n\r\nMy student number is {more}.\r\n\r\n{} {}", who.first, who.last)
}

/// A message as the desk's mail server delivers it, vouched for. `more`: further header lines.
pub fn letter(from: &str, id: &str, subject: &str, text: &str, more: &str) -> Vec<u8> {
    let date = date();
    let domain = from.rsplit('@').next().unwrap();
    format!(
        "Return-Path: <{from}>\r\nReceived: from mail.{domain} by mx.nexam.example with ESMTPS; {date}\r\n\
         Authentication-Results: mx.nexam.example; dmarc=pass header.from={domain}\r\nFrom: {from}\r\nTo: {DESK}\r\nSubject: {subject}\r\n\
         Date: {date}\r\nMessage-ID: <{id}>\r\n{more}MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n{text}\r\n"
    )
    .into_bytes()
}

fn date() -> String {
    System.now().strftime("%a, %d %b %Y %H:%M:%S +0000").to_string()
}

/// A header's value, unfolded; empty where there is none.
pub fn header(raw: &[u8], name: &str) -> String {
    let text = String::from_utf8_lossy(raw).replace("\r\n", "\n");
    let head = text.split("\n\n").next().unwrap_or_default().replace("\n ", " ").replace("\n\t", " ");
    let prefix = format!("{}:", name.to_lowercase());
    let line = head.lines().find(|line| line.to_lowercase().starts_with(&prefix));
    line.and_then(|line| line.get(prefix.len()..)).unwrap_or_default().trim().to_owned()
}
