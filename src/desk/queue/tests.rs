use super::*;
use crate::store::tickets::TicketRow;

fn line(deadline: Option<&str>, received: &str, action: &str) -> QueueLine {
    let at = |text: &str| text.parse::<Timestamp>().unwrap();
    let ticket = TicketRow {
        id: "x".into(),
        number: 1,
        mailbox: "support".into(),
        sender: "Ada Roy".into(),
        subject: String::new(),
        language: "en".into(),
        case: "code_expired".into(),
        action: action.into(),
        urgency: "later".into(),
        state: None,
        person: None,
        match_kind: "none".into(),
        deadline: deadline.map(at),
        received_at: at(received),
        status: "open".into(),
        reason_en: String::new(),
        reason_fr: String::new(),
    };
    let over_at = deadline.map(|d| at(d) + SignedDuration::from_hours(3));
    QueueLine { ticket, over_at, owner: None, owned_at: None, messages: 1, notice: String::new() }
}

#[test]
fn a_ticket_stands_in_the_first_group_that_fits() {
    // A Thursday.
    let now = "2026-11-26T12:00:00Z";
    let cases = [
        (Some("2026-11-27T11:00:00Z"), "2026-11-26T11:00:00Z", "draft", Group::Imminent),
        (Some("2026-11-26T11:00:00Z"), "2026-11-26T11:00:00Z", "escalate", Group::Imminent),
        (Some("2026-11-26T08:00:00Z"), "2026-11-26T11:00:00Z", "draft", Group::Review),
        (Some("2026-11-27T11:00:00Z"), "2026-11-26T11:00:00Z", "hand_over", Group::Imminent),
        (Some("2026-11-28T13:00:00Z"), "2026-11-26T11:00:00Z", "draft", Group::Today),
        (None, "2026-11-25T11:00:00Z", "draft", Group::Today),
        (None, "2026-11-26T11:00:00Z", "draft", Group::Review),
        (None, "2026-11-26T11:00:00Z", "hand_over", Group::Person),
        (Some("2027-11-28T13:00:00Z"), "2026-11-26T11:00:00Z", "draft", Group::Review),
    ];
    for (deadline, received, action, expected) in cases {
        let got = group(&line(deadline, received, action), now.parse().unwrap(), &Limits::default(), &[]);
        assert_eq!(got, expected, "{deadline:?} {received} {action}");
    }
}

#[test]
fn what_is_no_request_is_never_imminent() {
    let invoice = line(Some("2026-11-27T11:00:00Z"), "2026-11-26T11:00:00Z", "hand_over");
    let got = group(&invoice, "2026-11-26T12:00:00Z".parse().unwrap(), &Limits::default(), &["code_expired".into()]);
    assert_eq!(got, Group::Person);
}

#[test]
fn what_came_on_friday_has_not_waited_a_working_day_by_sunday() {
    let friday = line(None, "2026-11-27T15:00:00Z", "draft");
    let by = |now: &str| group(&friday, now.parse().unwrap(), &Limits::default(), &[]);
    assert_eq!(by("2026-11-29T14:00:00Z"), Group::Review);
    assert_eq!(by("2026-11-30T16:00:00Z"), Group::Today);
}
