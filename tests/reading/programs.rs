//! Whole mails as the programs of many people write them: `programs.txt`.

use crate::read;

struct Case<'a> {
    title: &'a str,
    html: bool,
    body: &'a str,
    new: &'a str,
    clean: &'a str,
}

/// `=== plain title` or `=== html title`, the body, `~~~ new` and the new text, `~~~ clean` and the clean text where it is another.
fn cases(text: &str) -> Vec<Case<'_>> {
    text.split("=== ")
        .skip(1)
        .map(|block| {
            let (head, rest) = block.split_once('\n').expect("a body below its title");
            let (body, words) = rest.split_once("\n~~~ new\n").expect("a new text");
            let (new, clean) = words.split_once("\n~~~ clean\n").unwrap_or((words, words));
            let (kind, title) = head.split_once(' ').expect("a kind and a title");
            Case { title, html: kind == "html", body, new: new.trim(), clean: clean.trim() }
        })
        .collect()
}

#[test]
fn every_program_is_read() {
    let cases = cases(include_str!("programs.txt"));
    let mut wrong = Vec::new();
    for case in &cases {
        let kind = if case.html { "html" } else { "plain" };
        let mail = read(format!("From: ada.roy@uni.example\nContent-Type: text/{kind}; charset=utf-8\n\n{}", case.body).as_bytes());
        if (mail.new_text.as_str(), mail.clean.as_str()) != (case.new, case.clean) {
            wrong.push(format!("{}: new {:?} clean {:?}", case.title, mail.new_text, mail.clean));
        } else if mail.deceptive || mail.automatic.is_some() {
            wrong.push(format!("{}: {:?} {:?}", case.title, mail.defects, mail.automatic));
        }
    }
    assert!(cases.len() >= 40 && wrong.is_empty(), "{} of {}:\n{}", wrong.len(), cases.len(), wrong.join("\n"));
}

#[test]
fn the_words_of_a_mail_passed_on_have_no_head_left() {
    let raw = "From: marc@uni.example\nSubject: Fwd: code\nContent-Type: text/plain; charset=utf-8\n\nVoir ci-dessous.\n\n\n\
               -------- Message transféré --------\nSujet : \tcode\nDate : \tMon, 2 Nov 2026 09:00:00 -0500\nDe : \tLea Roy <lea@uni.example>\n\
               Pour : \tMarc <marc@uni.example>\n\n\n\nMon lien est mort.\n";
    assert_eq!(read(raw.as_bytes()).forwarded.map(|f| f.text).as_deref(), Some("Mon lien est mort."));
}
