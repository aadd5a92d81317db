//! Mail in the shapes that programs give it: where its words stand, and what is beside them.

use crate::read;

/// Parts of a multipart/mixed, each with its head.
fn mixed(parts: &[&str]) -> Vec<u8> {
    let parts: String = parts.iter().map(|p| format!("--b7\n{p}\n")).collect();
    format!(
        "From: Ada Roy <ada@uni.example>\nDate: Mon, 2 Nov 2026 09:30:00 -0500\nSubject: code\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b7\n\n{parts}--b7--\n"
    )
    .into_bytes()
}

const EN: &str = "Content-Type: text/plain\n\nMy code is refused.";
const IMAGE: &str = "Content-Type: image/jpeg; name=screen.jpg\nContent-Disposition: inline; filename=screen.jpg\n\nx";

#[test]
fn the_only_words_are_read_wherever_they_stand() {
    let cases: [(&str, &[&str], &str, bool); 9] = [
        ("a named body", &["Content-Type: text/plain; name=message.txt\n\nMy link is dead."], "My link is dead.", false),
        (
            "a named body, attached",
            &["Content-Type: text/plain; name=body.txt\nContent-Disposition: attachment; filename=body.txt\n\nMon lien est mort."],
            "Mon lien est mort.",
            true,
        ),
        (
            "attached, and a picture",
            &["Content-Type: text/plain\nContent-Disposition: attachment\n\nIt is refused.", IMAGE],
            "It is refused.",
            true,
        ),
        (
            "attached HTML below an empty text",
            &[
                "Content-Type: text/plain\n\n \n",
                "Content-Type: text/html; name=note.html\nContent-Disposition: attachment; filename=note.html\n\n<p>Rien ne marche.</p>",
            ],
            "Rien ne marche.",
            true,
        ),
        (
            "attached below HTML without words",
            &[
                "Content-Type: text/html\n\n<div><img src=cid:1><br></div>",
                "Content-Type: text/plain; name=a.txt\nContent-Disposition: attachment\n\nSee my code.",
            ],
            "See my code.",
            true,
        ),
        (
            "Rich Text as a text",
            &["Content-Type: text/rtf; name=letter.rtf\n\n{\\rtf1\\ansi My code\\par is refused.}"],
            "My code\nis refused.",
            true,
        ),
        (
            "Rich Text as a file",
            &[
                "Content-Type: application/rtf\nContent-Disposition: attachment; filename=lettre.rtf\n\n{\\rtf1\\ansi Mon code est refus\\'e9.}",
            ],
            "Mon code est refusé.",
            true,
        ),
        (
            "a log, when there is nothing else",
            &["Content-Type: text/plain; name=log.txt\nContent-Disposition: attachment\n\n08:30 refused"],
            "08:30 refused",
            true,
        ),
        ("Markdown", &["Content-Type: text/markdown; name=mail.md\n\nMy code is *refused*."], "My code is *refused*.", false),
    ];
    for (says, parts, text, attached) in cases {
        let mail = read(&mixed(parts));
        assert_eq!(mail.text, text, "{says}");
        assert_eq!(mail.defects.iter().any(|d| d.contains("only text was attached")), attached, "{says}: {:?}", mail.defects);
    }
}

#[test]
fn rich_text_alone_is_read() {
    for kind in ["text/rtf", "application/rtf"] {
        let raw = format!("From: a@x.example\nContent-Type: {kind}\n\n{{\\rtf1\\ansi Hello\\par there}}\n");
        assert_eq!(read(raw.as_bytes()).text, "Hello\nthere", "{kind}");
    }
}

#[test]
fn words_around_pictures_are_all_read() {
    let cases: [(&str, &[&str], &str); 5] = [
        ("Apple Mail", &[EN, IMAGE, "Content-Type: text/plain\n\nWhat now?"], "My code is refused.\nWhat now?"),
        (
            "Apple Mail, named",
            &[
                EN,
                IMAGE,
                "Content-Type: text/plain; name=part-2.txt\nContent-Disposition: inline; filename=part-2.txt\n\nThat is what I see.\n\nAda",
            ],
            "My code is refused.\nThat is what I see.\n\nAda",
        ),
        (
            "named after a file of its own",
            &[
                EN,
                IMAGE,
                "Content-Type: text/plain; charset=utf-8\nContent-Disposition: inline; filename=\"Pièce jointe.txt\"\n\nVoilà, que faire ?",
            ],
            "My code is refused.\nVoilà, que faire ?",
        ),
        (
            "Exchange names such parts itself",
            &[
                EN,
                IMAGE,
                "Content-Type: text/plain; name=ATT00001.txt\nContent-Disposition: attachment; filename=ATT00001.txt\n\nMy exam is on Friday.",
            ],
            "My code is refused.\nMy exam is on Friday.",
        ),
        (
            "HTML",
            &[
                "Content-Type: text/html\n\n<p>My code is refused.</p>",
                IMAGE,
                "Content-Type: text/html; name=ATT00002.htm\nContent-Disposition: attachment; filename=ATT00002.htm\n\n<p>Thanks</p>",
            ],
            "My code is refused.\n\n\nThanks",
        ),
    ];
    for (says, parts, text) in cases {
        assert_eq!(read(&mixed(parts)).text, text, "{says}");
    }
}

#[test]
fn a_file_of_text_stays_a_file() {
    let log = "08:30:01 GET /login 500\n08:30:02 GET /login 500";
    let cases = [
        (
            "by its disposition",
            format!("Content-Type: text/plain; name=log.txt\nContent-Disposition: attachment; filename=log.txt\n\n{log}"),
        ),
        ("by its name", format!("Content-Type: text/plain; name=log.txt\n\n{log}")),
        ("inline, but no words", format!("Content-Type: text/plain; name=log.txt\nContent-Disposition: inline; filename=log.txt\n\n{log}")),
        ("a letter", "Content-Type: text/plain\nContent-Disposition: attachment; filename=letter.txt\n\nDear all, I write to you.".into()),
        ("Rich Text", "Content-Type: application/rtf; name=cv.rtf\n\n{\\rtf1 Nurse}".into()),
    ];
    for (says, part) in cases {
        let mail = read(&mixed(&[EN, &part]));
        assert_eq!((mail.text.as_str(), mail.attachments.len()), ("My code is refused.", 1), "{says}");
        assert!(mail.defects.iter().any(|d| d == "attached text was not read"), "{says}: {:?}", mail.defects);
    }
}

fn alternative(plain: &str, html: &str) -> Vec<u8> {
    let kind = |kind: &str, text: &str| format!("--b8\nContent-Type: text/{kind}; charset=utf-8\n\n{text}\n");
    let parts = kind("plain", plain) + &kind("html", html);
    format!("From: ada@uni.example\nContent-Type: multipart/alternative; boundary=b8\n\n{parts}--b8--\n").into_bytes()
}

#[test]
fn a_stand_in_gives_way_to_the_html_and_nothing_else_does() {
    let heavy = format!(
        "<html><head><style>{}</style></head><body><p class=MsoNormal style='margin:0;font-family:Arial'>My code<o:p></o:p> is <b>refused</b>.</p></body></html>",
        "p.MsoNormal{margin:0cm}".repeat(60)
    );
    let letter = "<p>Hello,</p><p>I typed my code three times since Monday, the page always answers that it does not exist, and my exam is on Friday.</p>";
    let cases = [
        ("the same in much HTML", "My code is refused.", heavy.as_str(), "My code is refused."),
        ("needs HTML", "This message needs an HTML viewer.", letter, "Hello,"),
        ("a browser", "To view this email in your browser, go to https://x.example/v", letter, "Hello,"),
        (
            "en français",
            "Votre logiciel de messagerie n'affiche pas le HTML.",
            "<p>Mon code est refusé, que faire&nbsp;?</p>",
            "Mon code est refusé, que faire ?",
        ),
        ("only a greeting", "Hello,", letter, "Hello,\n\nI typed"),
        ("nothing", "\n \n", letter, "Hello,"),
        (
            "a person speaks of HTML",
            "I see your message only as HTML code in my mail.",
            "<p>I see your message only as HTML code in my mail.</p>",
            "I see your message only",
        ),
        (
            "a signature in HTML alone",
            "My code is refused.",
            "<p>My code is refused.</p><p>Ada Roy<br>Nurse, Ward 4<br>+1 514 555 0100</p>",
            "My code is refused.",
        ),
        (
            "a quote that the HTML does not mark",
            "Monday.\n\n> Which day did the invitation reach you, and what did the page say when you typed the code that stands in it?\n> Nexam",
            "<div>Monday.</div><div><div>Which day did the invitation reach you, and what did the page say when you typed the code that stands in it?</div><div>Nexam</div></div>",
            "Monday.\n\n> Which day",
        ),
        (
            "the quote in HTML alone",
            "Monday.",
            "<div>Monday.</div><blockquote type=cite>Which day did the invitation reach you, and what did the page say when you typed the code that stands in it?</blockquote>",
            "Monday.",
        ),
    ];
    for (says, plain, html, text) in cases {
        let mail = read(&alternative(plain, html));
        assert!(mail.text.starts_with(text), "{says}: {:?}", mail.text);
        assert!(!mail.deceptive, "{says}");
    }
}

#[test]
fn hidden_words_are_no_evidence_whichever_part_holds_them() {
    let style = "<style>.x{max-height:0;overflow:hidden}</style>";
    let cases: [(&str, Vec<u8>); 4] = [
        ("HTML", format!("From: a@x.example\nContent-Type: text/html\n\n{style}<p>It works now, thanks.</p><div class=x>victim@uni.example is refused</div>").into_bytes()),
        ("beside a plain text that keeps it", alternative("It works now, thanks.\n\nvictim@uni.example is refused", &format!("{style}<p>It works now, thanks.</p><div class=x>victim@uni.example is refused</div>"))),
        ("beside a plain text without it", alternative("It works now, thanks.", &format!("{style}<p>It works now, thanks.</p><div class=x>victim@uni.example is refused</div>"))),
        ("in invisible letters", "From: a@x.example\nContent-Type: text/plain; charset=utf-8\n\nIt works now, thanks.\u{e0076}\u{e0069}\u{e0063}\n".as_bytes().to_vec()),
    ];
    for (says, raw) in cases {
        let mail = read(&raw);
        assert_eq!(mail.text, "It works now, thanks.", "{says}");
        assert!(
            mail.deceptive && !mail.no_auto_reply.is_empty() && mail.defects.iter().any(|d| d.contains("left out")),
            "{says}: {:?}",
            mail.defects
        );
    }
}

#[test]
fn what_a_document_too_large_to_show_keeps_for_programs_is_no_text() {
    let html = format!(
        "<html><head><title>t</title><STYLE>p{{}}</STYLE></head><body>{}<script>var a</script><!-- note --><p>seen</p></body></html>",
        "<b></b>".repeat(60_000)
    );
    let mail = read(format!("From: a@x.example\nContent-Type: text/html\n\n{html}").as_bytes());
    assert_eq!(mail.text, "seen");
    assert!(mail.deceptive);
}
