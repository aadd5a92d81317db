//! An alarm as a Discord message: our own words only, within Discord's limits, mentioning one role and nobody else.

use serenity::builder::{CreateActionRow, CreateAllowedMentions, CreateButton, CreateEmbed, CreateEmbedFooter, CreateMessage};
use serenity::model::channel::Nonce;
use serenity::model::id::RoleId;

use super::Alarm;

/// Longest URL of a link button.
const LONGEST_URL: usize = 512;
/// Longest text of ours in any one place; every limit of Discord's is above it.
const LONGEST_TEXT: usize = 60;
/// Longest notice to the operators.
const LONGEST_NOTICE: usize = 400;
/// Red, as alarms are.
const COLOUR: u32 = 0x00d8_3a3a;

/// The whole message: a line for the phone, an embed, and a button to the desk.
pub(super) fn message(alarm: &Alarm, role: Option<u64>) -> CreateMessage {
    let starts = alarm.starts_at.map_or_else(|| "not known".to_owned(), |at| format!("<t:{at}:f> (<t:{at}:R>)"));
    let embed = CreateEmbed::new()
        .title(format!("{} · {}", plain(&alarm.ticket), plain(&alarm.case)))
        .field("Evaluation", starts, true)
        .field("Draft", if alarm.draft_ready { "ready" } else { "none yet" }, true)
        .field("State", "unclaimed", true)
        .footer(CreateEmbedFooter::new(alarm.nonce.as_str()))
        .colour(COLOUR);
    let message = bare(alarm, role).embed(embed);
    if link(&alarm.url) {
        let button = CreateButton::new_link(alarm.url.as_str()).label("Open in desk");
        message.components(vec![CreateActionRow::Buttons(vec![button])])
    } else {
        message
    }
}

/// The line for the phone alone. The countdown runs in the reader's client.
pub(super) fn bare(alarm: &Alarm, role: Option<u64>) -> CreateMessage {
    let mention = role.map(|id| format!("<@&{id}> ")).unwrap_or_default();
    let when = alarm.starts_at.map(|at| format!(" evaluation <t:{at}:R>,")).unwrap_or_default();
    let content = format!("{mention}{}{when} {}, unclaimed", plain(&alarm.ticket), plain(&alarm.case));
    // `parse` stays empty: whatever the text holds, only this role is called.
    let mentions = CreateAllowedMentions::new().roles(role.map(RoleId::new));
    CreateMessage::new().content(content).allowed_mentions(mentions).nonce(Nonce::String(alarm.nonce.clone())).enforce_nonce(true)
}

/// One line for the operators.
pub(super) fn notice(text: &str, nonce: &str, role: Option<u64>) -> CreateMessage {
    let mention = role.map(|id| format!("<@&{id}> ")).unwrap_or_default();
    let mentions = CreateAllowedMentions::new().roles(role.map(RoleId::new));
    let content = format!("{mention}usher: {}", plain_within(text, LONGEST_NOTICE));
    CreateMessage::new().content(content).allowed_mentions(mentions).nonce(Nonce::String(nonce.to_owned())).enforce_nonce(true)
}

/// Text with everything taken out of force that Discord would read as more than text: markup, mentions, links, and
/// characters that cannot be seen.
fn plain(text: &str) -> String {
    plain_within(text, LONGEST_TEXT)
}

fn plain_within(text: &str, most: usize) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    for c in text.chars().filter(|c| !c.is_control() && !unseen(*c)).take(most) {
        match c {
            '\\' | '*' | '_' | '~' | '|' | '>' | '#' | '-' | '[' | ']' | '(' | ')' | '<' | '`' if !is_word(c, text) => {
                out.push('\\');
                out.push(c);
            }
            // A mention, and the colon of a scheme, are broken by a character of no width.
            '@' | ':' => {
                out.push(c);
                out.push('\u{200b}');
            }
            other => out.push(other),
        }
    }
    out
}

/// A hyphen inside our own labels (`T-104`, `code-expired`) begins no list.
fn is_word(c: char, text: &str) -> bool {
    c == '-' && !text.starts_with('-')
}

/// Characters of no width, and those that turn the direction of writing.
fn unseen(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

fn link(url: &str) -> bool {
    url.chars().count() <= LONGEST_URL && reqwest::Url::parse(url).is_ok_and(|u| matches!(u.scheme(), "https" | "http") && u.has_host())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn alarm() -> Alarm {
        Alarm {
            ticket: "T-104".into(),
            case: "code-expired".into(),
            starts_at: Some(1_790_000_000),
            draft_ready: true,
            url: "http://127.0.0.1:8080/tickets/T-104".into(),
            nonce: "u-01JABC-1".into(),
        }
    }

    #[test]
    fn an_alarm_is_one_line_one_embed_and_one_button() {
        let json = serde_json::to_value(message(&alarm(), Some(750))).unwrap();
        assert_eq!(json["content"], "<@&750> T-104 evaluation <t:1790000000:R>, code-expired, unclaimed");
        assert_eq!(json["allowed_mentions"], serde_json::json!({"parse": [], "users": [], "roles": ["750"]}));
        assert_eq!((&json["nonce"], &json["enforce_nonce"]), (&"u-01JABC-1".into(), &true.into()));
        assert_eq!(json["embeds"][0]["title"], "T-104 · code-expired");
        assert_eq!(json["components"][0]["components"][0]["url"], "http://127.0.0.1:8080/tickets/T-104");
    }

    #[test]
    fn a_message_without_a_role_mentions_nobody() {
        let json = serde_json::to_value(message(&alarm(), None)).unwrap();
        assert_eq!(json["allowed_mentions"]["roles"], serde_json::json!([]));
        assert!(!json["content"].as_str().unwrap().contains("<@"));
    }

    #[test]
    fn hostile_text_is_only_text() {
        let cases = [
            ("everyone", "@everyone", "@\u{200b}everyone"),
            ("a role", "<@&750>", "\\<@\u{200b}&750\\>"),
            ("a masked link", "[x](http://evil.example)", "\\[x\\]\\(http:\u{200b}//evil.example\\)"),
            ("turned writing", "a\u{202e}b\u{200b}c\nd", "abcd"),
            ("a list", "- a", "\\- a"),
            ("a label of ours", "code-expired", "code-expired"),
        ];
        for (says, text, expected) in cases {
            assert_eq!(plain(text), expected, "{says}");
        }
        let long = Alarm {
            case: "@*".repeat(10_000),
            ticket: "#".repeat(10_000),
            url: format!("https://x.example/{}", "a".repeat(600)),
            ..alarm()
        };
        let json = serde_json::to_value(message(&long, Some(1))).unwrap();
        assert!(json["content"].as_str().unwrap().chars().count() <= 2000);
        assert!(json["embeds"][0]["title"].as_str().unwrap().chars().count() <= 256);
        assert!(json.get("components").is_none());
    }
}
