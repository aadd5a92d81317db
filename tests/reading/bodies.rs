//! What a mail says, whatever shape its body has.

use crate::read;

fn mail(head: &str, body: &[u8]) -> Vec<u8> {
    [format!("From: a@x.example\nSubject: x\nMIME-Version: 1.0\n{head}\n\n").as_bytes(), body].concat()
}

/// What it is, its head, its body, its text.
type Case = (&'static str, &'static str, &'static [u8], &'static str);

const SHAPES: &[Case] = &[
    ("plain", "X-A: b", b"Hello.\nBye.", "Hello.\nBye."),
    (
        "quoted",
        "Content-Transfer-Encoding: quoted-printable\nContent-Type: text/plain; charset=utf-8",
        b"d=C3=A9j=\n=C3=A0",
        "d\u{e9}j\u{e0}",
    ),
    ("base64", "Content-Transfer-Encoding: base64\nContent-Type: text/plain; charset=utf-8", b"ZMOpasOg", "d\u{e9}j\u{e0}"),
    ("base64 without padding", "Content-Transfer-Encoding: base64", b"SGVsbG8gdGhlcmU", "Hello there"),
    (
        "declared base64, plain",
        "Content-Transfer-Encoding: base64",
        b"Hello there, my code does not work.",
        "Hello there, my code does not work.",
    ),
    ("windows-1252 as us-ascii", "Content-Type: text/plain; charset=us-ascii", b"It\x92s d\xe9j\xe0 vu", "It\u{2019}s d\u{e9}j\u{e0} vu"),
    ("UTF-8 as latin 1", "Content-Type: text/plain; charset=iso-8859-1", "déjà vu".as_bytes(), "d\u{e9}j\u{e0} vu"),
    ("charset in single quotes", "Content-Type: text/plain; charset='utf-8'", "déjà".as_bytes(), "d\u{e9}j\u{e0}"),
    ("utf-7", "Content-Type: text/plain; charset=utf-7", b"d+AOk-j+AOA-", "d\u{e9}j\u{e0}"),
    ("flowed", "Content-Type: text/plain; format=flowed", b"one \ntwo\nthree", "one two\nthree"),
    ("flowed, delsp", "Content-Type: text/plain; format=flowed; delsp=yes", b"on \ne\nthree", "one\nthree"),
    ("HTML", "Content-Type: text/html", b"<p>One</p><p>Two</p>", "One\n\nTwo"),
    (
        "HTML charset in its head",
        "Content-Type: text/html",
        b"<meta charset=\"windows-1251\"><p>\xcf\xf0\xe8\xe2\xe5\xf2</p>",
        "\u{41f}\u{440}\u{438}\u{432}\u{435}\u{442}",
    ),
    (
        "Word's blank line",
        "Content-Type: text/html",
        b"<p class=MsoNormal>One</p><p class=MsoNormal>&nbsp;</p><p class=MsoNormal>Two</p>",
        "One\n\nTwo",
    ),
    ("a numbered list", "Content-Type: text/html", b"<ol><li>one</li><li>two</li></ol>", "1. one\n2. two"),
    ("indented as written", "Content-Type: text/html", b"<pre>a\n  b</pre>", "a\n  b"),
    (
        "UTF-8 with a stray",
        "Content-Type: text/plain; charset=utf-8",
        b"caf\xc3\xa9 and one \xe9 letter",
        "caf\u{e9} and one \u{e9} letter",
    ),
    (
        "base64 above a list's footer",
        "Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: base64",
        b"TGUgY29kZSByZcOndSDDoCBtaWRpIGVzdCBww6lyaW3DqS4=\n\n-- \nfooter\nhttps://lists.example/\n",
        "Le code re\u{e7}u \u{e0} midi est p\u{e9}rim\u{e9}.",
    ),
    ("HTML that says it is plain", "Content-Type: text/plain", b"<html><body><p>One</p></body></html>", "One"),
    (
        "alternative",
        "Content-Type: multipart/alternative; boundary=b",
        b"--b\nContent-Type: text/plain\n\nOne\n--b\nContent-Type: text/html\n\n<p>One</p>\n--b--",
        "One",
    ),
    (
        "alternative in the wrong order",
        "Content-Type: multipart/alternative; boundary=b",
        b"--b\nContent-Type: text/html\n\n<p>One</p>\n--b\nContent-Type: text/plain\n\nOne\n--b--",
        "One",
    ),
    (
        "empty plain, full HTML",
        "Content-Type: multipart/alternative; boundary=b",
        b"--b\nContent-Type: text/plain\n\n \n--b\nContent-Type: text/html\n\n<p>One</p>\n--b--",
        "One",
    ),
    ("mixed texts", "Content-Type: multipart/mixed; boundary=b", b"--b\n\nOne\n--b\nContent-Type: text/plain\n\nTwo\n--b--", "One\nTwo"),
    ("not closed", "Content-Type: multipart/mixed; boundary=b", b"--b\n\nOne\n--b\n\nTwo", "One\nTwo"),
    (
        "prefixed boundaries",
        "Content-Type: multipart/mixed; boundary=b",
        b"--b\nContent-Type: multipart/alternative; boundary=bb\n\n--bb\nContent-Type: text/plain\n\nOne\n--bb--\n--b\n\nTwo\n--b--",
        "One\nTwo",
    ),
    ("wrong boundary", "Content-Type: multipart/mixed; boundary=b", b"--other\nContent-Type: text/plain\n\nOne\n--other--", "One"),
    ("no boundary parameter", "Content-Type: multipart/mixed", b"--other\nContent-Type: text/plain\n\nOne\n--other--", "One"),
    ("multipart that is plain", "Content-Type: multipart/mixed; boundary=b", b"Just words.", "Just words."),
    (
        "empty boundary",
        "Content-Type: multipart/mixed; boundary=\"\"",
        b"--\nContent-Type: text/plain\n\nOne\n----",
        "--\nContent-Type: text/plain\n\nOne\n----",
    ),
    (
        "signed",
        "Content-Type: multipart/signed; boundary=b",
        b"--b\nContent-Type: text/plain\n\nOne\n--b\nContent-Type: application/pgp-signature\n\nabc\n--b--",
        "One",
    ),
    (
        "related",
        "Content-Type: multipart/related; boundary=b",
        b"--b\nContent-Type: text/html\n\n<p>One</p>\n--b\nContent-Type: image/png\nContent-ID: <1>\n\nx\n--b--",
        "One",
    ),
    (
        "attached text",
        "Content-Type: multipart/mixed; boundary=b",
        b"--b\n\nOne\n--b\nContent-Type: text/plain; name=a.txt\n\nTwo\n--b--",
        "One",
    ),
    (
        "the only text is attached",
        "Content-Type: multipart/mixed; boundary=b",
        b"--b\nContent-Type: text/plain\nContent-Disposition: attachment\n\nOne\n--b--",
        "One",
    ),
    ("a forwarded message as a whole", "Content-Type: message/rfc822", b"From: b@x.example\n\nInner", "Inner"),
    ("no type, but parts", "X-A: b", b"This is a multi-part message.\n--bb1\nContent-Type: text/plain\n\nOne\n--bb1--", "One"),
    ("calendar alone", "Content-Type: text/calendar", b"BEGIN:VCALENDAR\nSUMMARY:Exam\nEND:VCALENDAR", "Exam"),
    ("uuencoded file", "X-A: b", b"Hello\nbegin 644 a.txt\n#0V%T\n`\nend\nBye", "Hello\nBye"),
    ("NUL bytes", "X-A: b", b"a\0b", "a\u{fffd}b"),
    (
        "quoted, undeclared",
        "Content-Type: text/plain; charset=utf-8",
        b"d=C3=A9j=C3=A0 vu, =C3=A9t=C3=A9",
        "d\u{e9}j\u{e0} vu, \u{e9}t\u{e9}",
    ),
];

#[test]
fn the_words_are_read_whatever_the_shape() {
    for (says, head, body, text) in SHAPES {
        assert_eq!(read(&mail(head, body)).text, *text, "{says}");
    }
}

#[test]
fn line_ends_make_no_difference() {
    let raw = "From: a@x.example\nSubject: hello\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\nOne\nTwo\n--b\nContent-Type: text/html\n\n<p>Three</p>\n--b--\n";
    let expected = read(raw.as_bytes());
    for end in ["\r\n", "\r", "\r\r\n"] {
        let other = read(raw.replace('\n', end).as_bytes());
        assert_eq!((other.subject.as_str(), other.text.as_str()), (expected.subject.as_str(), expected.text.as_str()), "{end:?}");
    }
    assert_eq!(expected.text, "One\nTwo\nThree");
}

#[test]
fn attachments_have_names_types_and_sizes() {
    type Case<'a> = (&'a str, &'a str, &'a [u8], &'a [(&'a str, &'a str, usize)]);
    let cases: [Case<'_>; 9] = [
        ("pdf", "Content-Type: multipart/mixed; boundary=b", b"--b\n\nOne\n--b\nContent-Type: application/PDF; name=\"a.pdf\"\nContent-Transfer-Encoding: base64\n\nYWJj\n--b--", &[("a.pdf", "application/pdf", 3)]),
        ("RFC 2231", "Content-Type: multipart/mixed; boundary=b", b"--b\n\nOne\n--b\nContent-Type: image/png\nContent-Disposition: attachment; filename*=utf-8''r%C3%A9sum%C3%A9.png\n\nx\n--b--", &[("r\u{e9}sum\u{e9}.png", "image/png", 1)]),
        ("encoded word", "Content-Type: multipart/mixed; boundary=b", b"--b\n\nOne\n--b\nContent-Type: image/png; name=\"=?utf-8?Q?=C3=A9t=C3=A9.png?=\"\n\nx\n--b--", &[("\u{e9}t\u{e9}.png", "image/png", 1)]),
        ("a message", "Content-Type: multipart/mixed; boundary=b", b"--b\n\nOne\n--b\nContent-Type: message/rfc822\n\nFrom: c@x.example\nContent-Type: multipart/mixed; boundary=c\n\n--c\nContent-Type: image/png\n\nx\n--c--\n--b--", &[("", "message/rfc822", 97)]),
        ("the whole mail is a file", "Content-Type: application/pdf; name=a.pdf", b"abc", &[("a.pdf", "application/pdf", 3)]),
        ("no type", "Content-Type: multipart/mixed; boundary=b", b"--b\n\nOne\n--b\nContent-Disposition: attachment; filename=a.bin\n\nabc\n--b--", &[("a.bin", "text/plain", 3)]),
        ("control letters", "Content-Type: multipart/mixed; boundary=b", b"--b\n\nOne\n--b\nContent-Type: image/png; name=\"a\x01b.png\"\n\nx\n--b--", &[("a\u{fffd}b.png", "image/png", 1)]),
        ("uuencode", "X-A: b", b"Hello\nbegin 644 a.txt\n#0V%T\n`\nend\n", &[("a.txt", "application/octet-stream", 3)]),
        ("inline picture", "Content-Type: multipart/related; boundary=b", b"--b\nContent-Type: text/html\n\n<p>One</p>\n--b\nContent-Type: image/png; name=logo.png\nContent-Disposition: inline\n\nx\n--b--", &[("logo.png", "image/png", 1)]),
    ];
    for (says, head, body, expected) in cases {
        let found = read(&mail(head, body)).attachments;
        let found: Vec<_> = found.iter().map(|a| (a.name.as_str(), a.media_type.as_str(), a.size)).collect();
        assert_eq!(found, expected, "{says}");
    }
}

#[test]
fn what_cannot_be_read_is_said() {
    type Case<'a> = (&'a str, &'a str, &'a [u8], &'a str);
    let cases: [Case<'_>; 4] = [
        ("S/MIME", "Content-Type: application/pkcs7-mime; smime-type=enveloped-data; name=smime.p7m", b"abc", "S/MIME"),
        ("PGP", "Content-Type: multipart/encrypted; boundary=b", b"--b\nContent-Type: application/pgp-encrypted\n\nVersion: 1\n--b--", "PGP"),
        ("PGP inline", "X-A: b", b"-----BEGIN PGP MESSAGE-----\n\nabc\n-----END PGP MESSAGE-----", "PGP"),
        ("two texts that differ", "Content-Type: multipart/alternative; boundary=b", b"--b\nContent-Type: text/plain\n\nplease send another activation code today\n--b\nContent-Type: text/html\n\n<p>victim wants somebody elses registration deleted</p>\n--b--", "different things"),
    ];
    for (says, head, body, defect) in cases {
        let defects = read(&mail(head, body)).defects;
        assert!(defects.iter().any(|d| d.contains(defect)), "{says}: {defects:?}");
    }
}

#[test]
fn the_words_of_who_passes_on_a_mail_are_told_from_the_request() {
    let head = "From: Marc Coord <marc@uni.example>\nTo: support@nexam.example\nDate: Tue, 3 Nov 2026 10:00:00 -0500\n";
    let cases = [
        (
            "Gmail",
            "Subject: Fwd: exam",
            "Can you help her?\n\n---------- Forwarded message ---------\nFrom: Lea Roy <lea@uni.example>\nDate: Mon, Nov 2, 2026\nSubject: exam\nTo: Marc\n\nMy code is refused.\n\nLea",
            Some(("Lea Roy", "lea@uni.example", "My code is refused.\n\nLea")),
        ),
        (
            "Outlook, by its subject",
            "Subject: TR : examen",
            "Pouvez-vous l'aider ?\n\nDe : Lea Roy <lea@uni.example>\nEnvoyé : lundi 2 novembre 2026 08:30\nÀ : Marc\nObjet : examen\n\nMon code est refusé.",
            Some(("Lea Roy", "lea@uni.example", "Mon code est refusé.")),
        ),
        (
            "an answer is no forward",
            "Subject: Re: exam",
            "Yes.\n\nOn Mon, Nov 2, 2026 at 8:30 AM Lea Roy <lea@uni.example> wrote:\n> My code",
            None,
        ),
        (
            "an invitation is nobody's request",
            "Subject: Fwd: invitation",
            "It is refused.\n\n---------- Forwarded message ---------\nFrom: Nexam <no-reply@nexam.example>\nSubject: Invitation\n\nYour code is NX07-4KTR-18",
            None,
        ),
    ];
    for (says, subject, body, expected) in cases {
        let message = read(format!("{head}{subject}\nContent-Type: text/plain; charset=utf-8\n\n{body}\n").as_bytes());
        let got = message.forwarded.as_ref().map(|f| (f.from.name.as_str(), f.from.address.as_str(), f.text.as_str()));
        assert_eq!(got, expected, "{says}");
    }
}

#[test]
fn answers_between_quotes_in_html_are_ones_own() {
    let attribution = "<div class=\"gmail_attr\">On Tue, Mar 4, 2025 at 10:02 AM Marta &lt;m@desk.example&gt; wrote:<br></div>";
    let container = format!(
        "<div>Below.</div><div class=\"gmail_quote\">{attribution}<blockquote class=\"gmail_quote\">Which day?</blockquote><div>Monday.</div>\
         <blockquote class=\"gmail_quote\">Which hour?</blockquote><div>Ten.</div></div>"
    );
    let border = "<p class=MsoNormal>Lift.</p><div style=\"border:none;border-top:solid #B5C4DF 1.0pt\"><p><b>Saatja:</b> M &lt;m@desk.example&gt;<br>\
                  <b>Nimi:</b> x</p></div><p>Milline?</p>";
    let cases: [(&str, &str, &str, &str); 6] = [
        ("Gmail's container", &container, "Below.\nMonday.\nTen.", "Below.\nMonday.\nTen."),
        (
            "Yahoo's container",
            "<div>Hello</div><div class=yahoo_quoted><div>On Tuesday 10:02, Marta &lt;m@desk.example&gt; wrote:</div><blockquote>Which day?</blockquote>\
             <div>Monday.</div></div>",
            "Hello\nMonday.",
            "Hello\nMonday.",
        ),
        ("Outlook's line in a language nobody listed", border, "Lift.", "Lift."),
        (
            "a block without marks",
            "<p>The page says:</p><blockquote>unknown</blockquote><p>Why?</p>",
            "The page says:\n\nunknown\n\nWhy?",
            "The page says:\n\nunknown\n\nWhy?",
        ),
        ("Outlook's signature", "<div>Seat 9.</div><div id=Signature>Leo Brandt<br>Bursar</div>", "Seat 9.\nLeo Brandt\nBursar", "Seat 9."),
        (
            "words typed below a signature",
            "<div class=gmail_signature>Leo Brandt</div><div>The code is refused.</div>",
            "Leo Brandt\nThe code is refused.",
            "The code is refused.",
        ),
    ];
    for (says, html, new, clean) in cases {
        let mail = read(&mail("Content-Type: text/html; charset=utf-8", html.as_bytes()));
        assert_eq!((mail.new_text.as_str(), mail.clean.as_str()), (new, clean), "{says}");
    }
}
