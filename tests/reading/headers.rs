//! Whom a mail is from and what it is about.

use crate::read;

fn shown(raw: &[u8]) -> (String, String) {
    let mail = read(raw);
    let from = mail.from.iter().map(|m| format!("{}|{}", m.name, m.address)).collect::<Vec<_>>().join(" + ");
    (from, mail.subject)
}

#[test]
fn sender_and_subject_are_read_as_a_good_help_desk_shows_them() {
    type Case<'a> = (&'a str, &'a [u8], &'a str, &'a str);
    let cases: [Case<'_>; 34] = [
        ("plain", b"From: Ada Roy <ada@x.example>\nSubject: Hello\n\nx", "Ada Roy|ada@x.example", "Hello"),
        ("lower case names", b"from: ada@x.example\nsubject: Hello\n\nx", "|ada@x.example", "Hello"),
        ("folded subject", b"From: a@x.example\nSubject: one\n two\n\tthree\n\nx", "|a@x.example", "one two three"),
        ("folded to the first letter", b"From: a@x.example\nSubject:\n =?utf-8?Q?=C3=A9t=C3=A9?=\n\nx", "|a@x.example", "\u{e9}t\u{e9}"),
        ("raw latin 1", b"From: Zo\xe9 <z@x.example>\nSubject: D\xe9j\xe0 vu\n\nx", "Zo\u{e9}|z@x.example", "D\u{e9}j\u{e0} vu"),
        ("raw UTF-8", "From: Zoé <z@x.example>\nSubject: Déjà\n\nx".as_bytes(), "Zo\u{e9}|z@x.example", "D\u{e9}j\u{e0}"),
        (
            "raw koi8-r, as the body says",
            b"From: a@x.example\nSubject: \xf0\xd2\xc9\xd7\xc5\xd4\nContent-Type: text/plain; charset=koi8-r\n\nx",
            "|a@x.example",
            "\u{41f}\u{440}\u{438}\u{432}\u{435}\u{442}",
        ),
        ("raw iso-2022-jp", b"From: a@x.example\nSubject: \x1b$B%O%m!<\x1b(B\n\nx", "|a@x.example", "\u{30cf}\u{30ed}\u{30fc}"),
        (
            "iso-2022-jp in two words",
            b"From: =?ISO-2022-JP?B?GyRCJU8bKEI=?= <a@x.example>\nSubject: =?iso-2022-jp?B?GyRCJU8lbRsoQg==?=\n =?iso-2022-jp?B?GyRCITwbKEI=?=\n\nx",
            "\u{30cf}|a@x.example",
            "\u{30cf}\u{30ed}\u{30fc}",
        ),
        ("big5", b"From: =?big5?B?p0GmbqFB?= <a@x.example>\nSubject: =?Big5?B?p0GmbqFB?=\n\nx", "\u{4f60}\u{597d}\u{ff0c}|a@x.example", "\u{4f60}\u{597d}\u{ff0c}"),
        ("gb18030", b"From: a@x.example\nSubject: =?GB18030?B?xOO6ww==?=\n\nx", "|a@x.example", "\u{4f60}\u{597d}"),
        ("koi8-r words", b"From: =?koi8-r?Q?=F0=D2=C9?= <a@x.example>\nSubject: =?KOI8-R?B?8NLJ18XU?=\n\nx", "\u{41f}\u{440}\u{438}|a@x.example", "\u{41f}\u{440}\u{438}\u{432}\u{435}\u{442}"),
        ("spaces in a word", b"From: a@x.example\nSubject: =?utf-8?Q?d=C3=A9j=C3=A0 vu encore?=\n\nx", "|a@x.example", "d\u{e9}j\u{e0} vu encore"),
        ("no end", b"From: a@x.example\nSubject: =?utf-8?Q?d=C3=A9j=C3=A0_vu\n\nx", "|a@x.example", "d\u{e9}j\u{e0} vu"),
        ("utf-8 declared, latin 1 inside", b"From: a@x.example\nSubject: =?utf-8?Q?d=E9j=E0_vu?=\n\nx", "|a@x.example", "d\u{e9}j\u{e0} vu"),
        ("latin 1 declared, UTF-8 inside", b"From: a@x.example\nSubject: =?iso-8859-1?Q?d=C3=A9j=C3=A0?=\n\nx", "|a@x.example", "d\u{e9}j\u{e0}"),
        ("no From, Sender", b"Sender: Ada <ada@x.example>\nSubject: Hello\n\nx", "Ada|ada@x.example", "Hello"),
        ("no From, Reply-To", b"Reply-To: ada@x.example\nSubject: Hello\n\nx", "|ada@x.example", "Hello"),
        ("no From, Return-Path", b"Return-Path: <ada@x.example>\nSubject: Hello\n\nx", "|ada@x.example", "Hello"),
        ("From without address", b"From: Ada\nReply-To: ada@x.example\nSubject: Hello\n\nx", "Ada|ada@x.example", "Hello"),
        ("empty From", b"From: <>\nReply-To: Ada <ada@x.example>\nSubject: Hello\n\nx", "Ada|ada@x.example", "Hello"),
        ("nobody at all", b"Subject: Hello\n\nx", "", "Hello"),
        ("name in a comment", b"From: ada@x.example (Ada Roy)\nSubject: Hello\n\nx", "Ada Roy|ada@x.example", "Hello"),
        ("bare comma", b"From: Roy, Ada <ada@x.example>\nSubject: Hello\n\nx", "Roy, Ada|ada@x.example", "Hello"),
        ("encoded word in quotes", b"From: \"=?utf-8?B?Wm/DqSBSb3k=?=\" <z@x.example>\nSubject: x\n\nx", "Zo\u{e9} Roy|z@x.example", "x"),
        ("encoded address", b"From: =?utf-8?Q?Zo=C3=A9_=3Cz=40x=2Eexample=3E?=\nSubject: x\n\nx", "Zo\u{e9}|z@x.example", "x"),
        ("no name before the first From", b"From ada Mon Nov  2 09:00:00 2026\nFrom: ada@x.example\nSubject: x\n\nx", "|ada@x.example", "x"),
        ("byte order mark", b"\xef\xbb\xbfFrom: ada@x.example\nSubject: x\n\nx", "|ada@x.example", "x"),
        ("lone CR", b"From: ada@x.example\rSubject: x\r\rbody", "|ada@x.example", "x"),
        ("line without colon", b"From: ada@x.example\nwhat is this\nSubject: x\n\nbody", "|ada@x.example", "x"),
        ("no subject", b"From: ada@x.example\n\nbody", "|ada@x.example", ""),
        ("NUL in the subject", b"From: ada@x.example\nSubject: a\0b\n\nbody", "|ada@x.example", "a\u{fffd}b"),
        ("header injection", b"From: ada@x.example\nSubject: =?utf-8?q?Hi=0D=0ABcc:_all@evil.example?=\n\nbody", "|ada@x.example", "Hi Bcc: all@evil.example"),
        ("UTF-16 file", b"\xff\xfeF\0r\0o\0m\0:\0 \0a\0@\0x\0.\0e\0\n\0S\0u\0b\0j\0e\0c\0t\0:\0 \0h\0i\0\n\0\n\0x\0", "|a@x.e", "hi"),
    ];
    for (says, raw, from, subject) in cases {
        assert_eq!(shown(raw), (from.to_owned(), subject.to_owned()), "{says}");
    }
}

#[test]
fn what_was_broken_is_said() {
    let cases: [(&str, &[u8], &str); 8] = [
        ("raw letters", b"From: Zo\xe9 <z@x.example>\n\nx", "raw 8-bit"),
        ("no From", b"Subject: x\n\nx", "no From"),
        ("two From", b"From: a@x.example\nFrom: b@x.example\n\nx", "exactly one sender"),
        ("no headers", b"hello", "no headers"),
        ("unknown charset", b"From: a@x.example\nContent-Type: text/plain; charset=x-foo\n\n\xe9t\xe9", "unknown charset x-foo"),
        ("Date", b"From: a@x.example\nDate: yesterday\n\nx", "Date cannot be read"),
        ("line without colon", b"From: a@x.example\nwhat is this\nSubject: x\n\nx", "without a colon"),
        ("cut multipart", b"From: a@x.example\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\nx", "closing boundary"),
    ];
    for (says, raw, defect) in cases {
        let defects = read(raw).defects;
        assert!(defects.iter().any(|d| d.contains(defect)), "{says}: {defects:?}");
    }
}
