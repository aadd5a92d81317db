//! A trusted web form (`[mail] forms`) speaks for the person in its Reply-To, or in its address field: the reply goes there, and nobody
//! is proven by it.

use crate::facts::Facts;
use crate::message::address::Address;
use crate::message::{Identity, Mailbox, Message};

/// Whether a form sent the message.
pub fn is_form(message: &Message, identity: &Identity) -> bool {
    message.sender.as_ref().is_some_and(|sender| identity.forms.contains(sender))
}

/// The person in Reply-To speaks, in the form's stead. A form that is not proven speaks for nobody: anybody could write its name.
pub fn before_reading(message: &mut Message, identity: &Identity) {
    message.speaker = None;
    let [reply_to] = message.reply_to.as_slice() else {
        return unnamed(message, "");
    };
    let Mailbox { name, address } = reply_to.clone();
    unnamed(message, &name);
    message.speaker = Address::parse(&address).filter(|a| message.is_authenticated() && is_person(a, identity));
}

/// Where there is no Reply-To, the address that stands in the text.
pub fn after_reading(message: &mut Message, facts: &Facts, identity: &Identity) {
    if message.speaker.is_none() && message.is_authenticated() {
        let stated = facts.email_used.as_ref().and_then(|found| Address::parse(&found.value));
        message.speaker = stated.filter(|a| is_person(a, identity));
    }
}

fn is_person(address: &Address, identity: &Identity) -> bool {
    !identity.own.contains(address) && !identity.forms.contains(address)
}

/// The form's own display name ("Help form") is nobody's name.
fn unnamed(message: &mut Message, name: &str) {
    for from in &mut message.from {
        from.name = name.to_owned();
    }
}

#[cfg(test)]
mod tests {
    use crate::message::{Identity, address::Address};
    use crate::triage::{Reading, playbook::Playbook, read};

    fn through_form(authentication: &str, reply_to: &str, text: &str) -> Reading {
        let identity = Identity { forms: Address::parse("form@nexam.example").into_iter().collect(), ..Identity::default() };
        let playbook = Playbook::built_in(identity, Default::default(), Default::default()).unwrap();
        let raw = format!(
            "Authentication-Results: mx.nexam.example; dmarc={authentication} header.from=nexam.example\nFrom: Help form <form@nexam.example>\n\
             To: support@nexam.example\n{reply_to}Subject: help\nDate: Fri, 27 Nov 2026 10:00:00 +0000\n\n{text}\n"
        );
        read(raw.as_bytes(), &playbook)
    }

    #[test]
    fn a_form_speaks_for_the_person_that_it_names() {
        let field = "Name: Ada Roy\nE-mail: ada@uni.example\nMessage: my invitation code is refused";
        let cases = [
            ("in Reply-To", "pass", "Reply-To: Ada Roy <ada.roy@home.example>\n", field, Some("ada.roy@home.example")),
            ("in its address field", "pass", "", field, Some("ada@uni.example")),
            ("nobody is named", "pass", "", "My invitation code is refused", None),
            ("the desk itself", "pass", "Reply-To: support@nexam.example\n", "My invitation code is refused", None),
            ("two of them", "pass", "Reply-To: a@b.example, c@d.example\n", "My invitation code is refused", None),
            ("a form that is not proven", "fail", "Reply-To: ada.roy@home.example\n", field, None),
        ];
        for (says, authentication, reply_to, text, expected) in cases {
            let reading = through_form(authentication, reply_to, text);
            assert_eq!(reading.message.speaker.as_ref().map(Address::as_str), expected, "{says}");
            assert!(reading.message.automatic.is_none() && !reading.message.sender_name().contains("form"), "{says}");
        }
    }
}
