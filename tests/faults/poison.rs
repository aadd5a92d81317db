//! A mail that ends every connection which asks for it stands among good ones: the others are handled.

use crate::bench::{Bench, GENEROUS, smtp};
use crate::house::scripted::{Said, Scripted, Shop};
use crate::letters::{self, Dice, header};

#[test]
fn a_mail_that_ends_every_connection_stops_no_other() {
    let mut dice = Dice::new(7);
    for poison in [1_u32, 6, 12] {
        let id = |uid: u32| format!("{uid}@senders.example");
        let mails: Vec<String> =
            (1..=12).map(|uid| String::from_utf8(letters::request(uid as usize, &id(uid), &mut dice)).unwrap()).collect();
        let shop = Shop::with(&mails.iter().map(String::as_str).collect::<Vec<_>>());
        let server = Scripted::start(shop, move |talk, _, command| {
            let bodies = command.starts_with("UID FETCH") && command.contains("BODY.PEEK[");
            if bodies && talk.asked(&command.to_uppercase()).iter().any(|(uid, _)| *uid == poison) {
                talk.say(&format!("* {poison} FETCH (UID {poison} BODY[] {{500}}\r\nFrom: "));
                return Said::Cut;
            }
            Said::Nothing
        });
        let bench = Bench::furnish("poison", 20, &format!("{}{GENEROUS}", smtp(1)));
        let settings = [("USHER_MAILBOX_SUPPORT_PORT", server.port().to_string()), ("USHER_MAILBOX_SUPPORT_START", "all".to_owned())];
        for _ in 0..3 {
            bench.drain_by(&settings);
        }
        let heard = server.heard();
        for uid in (1..=12).filter(|uid| *uid != poison) {
            let answers = heard.iter().filter(|text| header(text.as_bytes(), "In-Reply-To") == format!("<{}>", id(uid))).count();
            assert_eq!(answers, 1, "poison {poison}: drafts of {uid}");
        }
        let rows = bench.json(&["ledger"]);
        let uid = poison.to_string();
        let row = rows.iter().find(|row| row["uid"].as_str() == Some(&uid)).expect("the poison has its line in the ledger");
        println!("poison {poison}: {} ({})", row["fate"], row["why"]);
        assert_eq!(rows.len(), 12);
    }
}
