//! What a token endpoint says (RFC 6749 section 5), read as from a stranger.

use jiff::{SignedDuration, Timestamp};
use reqwest::header::{HeaderMap, RETRY_AFTER};
use secrecy::SecretString;

use super::Age;

/// A token is not used for its last five minutes; one that lives no longer than that, not for its second half.
const MARGIN: i64 = 300;
/// How long a token lives whose issuer does not say.
const UNTOLD: i64 = 600;
/// No token is kept longer, whatever its issuer says.
const LONGEST_LIFE: i64 = 86_400;
/// No rest is longer, whatever a header or a changed clock says.
const LONGEST_REST: SignedDuration = SignedDuration::from_hours(1);

/// An access token.
#[derive(Clone)]
pub(super) struct Token {
    pub bearer: SecretString,
    pub age: Age,
    /// From here on it is not used.
    pub renew: Timestamp,
}

/// What a token endpoint gave.
pub(super) struct Answer {
    pub token: Token,
    /// The refresh token that takes the old one's place.
    pub refresh: Option<SecretString>,
}

/// The `error` of an answer, where it is a plain word.
pub(super) fn code(body: &[u8]) -> Option<String> {
    let told = serde_json::from_slice::<serde_json::Value>(body).ok()?;
    let code = told.get("error")?.as_str()?;
    let plain = (1..=40).contains(&code.len()) && code.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
    plain.then(|| code.to_owned())
}

/// Retry-After: seconds, or a date.
pub(super) fn rest(headers: &HeaderMap, now: Timestamp) -> Option<SignedDuration> {
    let written = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    let rest = match written.parse::<u32>() {
        Ok(seconds) => SignedDuration::from_secs(seconds.into()),
        Err(_) => jiff::fmt::rfc2822::parse(written).ok()?.timestamp().duration_since(now),
    };
    Some(rest.clamp(SignedDuration::from_secs(1), LONGEST_REST))
}

/// A whole answer. `None`: it holds no token that a header could carry.
pub(super) fn read(body: &[u8], now: Timestamp) -> Option<Answer> {
    let told = serde_json::from_slice::<serde_json::Value>(body).ok()?;
    let text = |key: &str| told.get(key).and_then(serde_json::Value::as_str);
    let token = text("access_token").filter(|t| !t.is_empty() && t.bytes().all(|b| b.is_ascii_graphic()))?;
    if text("token_type").is_some_and(|kind| !kind.eq_ignore_ascii_case("bearer")) {
        return None;
    }
    let refresh = text("refresh_token").filter(|t| !t.is_empty());
    if refresh.is_some_and(|t| !t.bytes().all(|b| b.is_ascii_graphic())) {
        return None;
    }
    let life = told.get("expires_in").and_then(|v| v.as_i64().or_else(|| v.as_str()?.trim().parse().ok()));
    let life = life.unwrap_or(UNTOLD).clamp(0, LONGEST_LIFE);
    let used = if life > MARGIN { SignedDuration::from_secs(life - MARGIN) } else { SignedDuration::from_millis(life * 500) };
    let after = |span: SignedDuration| now.saturating_add(span).unwrap_or(Timestamp::MAX);
    let age = Age { obtained: now, expires: after(SignedDuration::from_secs(life)) };
    Some(Answer { token: Token { bearer: token.into(), age, renew: after(used) }, refresh: refresh.map(Into::into) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_used_until_five_minutes_before_it_expires() {
        let now = Timestamp::UNIX_EPOCH;
        let cases = [("3600", 3_300_000), ("\"3599\"", 3_299_000), ("301", 1000), ("300", 150_000), ("0", 0), ("-5", 0), ("1e99", 300_000)];
        for (life, used) in cases {
            let answer = read(format!(r#"{{"access_token":"t","expires_in":{life}}}"#).as_bytes(), now).unwrap();
            assert_eq!(answer.token.renew.as_millisecond(), used, "{life}");
        }
        assert_eq!(read(br#"{"access_token":"t"}"#, now).unwrap().token.renew.as_second(), 300);
    }

    #[test]
    fn what_no_header_can_carry_is_no_token() {
        for body in [
            "",
            "<html>",
            "[]",
            "{}",
            r#"{"access_token":""}"#,
            r#"{"access_token":7}"#,
            r#"{"access_token":"a b"}"#,
            r#"{"access_token":"a\r\nb"}"#,
            r#"{"access_token":"a","token_type":"mac"}"#,
            r#"{"access_token":"a","refresh_token":"r\nr"}"#,
        ] {
            assert!(read(body.as_bytes(), Timestamp::UNIX_EPOCH).is_none(), "{body}");
        }
    }

    #[test]
    fn of_a_refusal_only_a_plain_word_is_told() {
        for (body, expected) in [
            (r#"{"error":"invalid_grant","error_description":"secret"}"#, Some("invalid_grant")),
            (r#"{"error":"Invalid grant for ada@uni.example"}"#, None),
            (r#"{"error":{"code":"x"}}"#, None),
            (r#"{"error":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"}"#, None),
            (r#"{"error":""}"#, None),
            ("secret", None),
        ] {
            assert_eq!(code(body.as_bytes()).as_deref(), expected, "{body}");
        }
    }

    #[test]
    fn a_rest_is_seconds_or_a_date_and_has_an_end() {
        let now: Timestamp = "2026-11-12T14:00:00Z".parse().unwrap();
        for (written, seconds) in [
            ("7", Some(7)),
            ("0", Some(1)),
            ("4294967295", Some(3600)),
            ("Thu, 12 Nov 2026 14:00:30 GMT", Some(30)),
            ("Wed, 12 Nov 2025 14:00:30 GMT", Some(1)),
            ("soon", None),
        ] {
            let headers = HeaderMap::from_iter([(RETRY_AFTER, written.parse().unwrap())]);
            assert_eq!(rest(&headers, now).map(|r| r.as_secs()), seconds, "{written}");
        }
    }
}
