//! Whether the sender is proven, by the desk's own Authentication-Results alone (RFC 8601).
//!
//! Only headers above the first `Received` of a foreign host were written by the desk's own mail server; of those that carry its
//! authserv-id, the topmost with a `dmarc` result decides. Everything else is the sender's own claim.

use super::address::Address;
use super::{Authentication, Identity};

/// Judges the headers, given top to bottom as (name, raw value), for the one sender.
pub fn judge<'a>(headers: impl Iterator<Item = (&'a str, &'a str)>, sender: Option<&Address>, identity: &Identity) -> Authentication {
    let Some(sender) = sender else { return no("From does not hold exactly one valid address") };
    let mut seen_own = false;
    for (name, value) in headers {
        if name.eq_ignore_ascii_case("received") && !is_own_host(value, &identity.authserv_id) {
            break;
        }
        if !name.eq_ignore_ascii_case("authentication-results") {
            continue;
        }
        let Some(results) = results_of(value, &identity.authserv_id) else { continue };
        seen_own = true;
        let Some(dmarc) = results.iter().find(|r| r.method == "dmarc") else { continue };
        return match (dmarc.result.as_str(), &dmarc.header_from) {
            ("pass", Some(domain)) if !same_domain(domain, sender.domain()) => {
                no(&format!("dmarc passed for {domain}, not for the sender's domain"))
            }
            ("pass", _) => Authentication::Passed,
            (other, _) => no(&format!("dmarc={other}")),
        };
    }
    no(if seen_own { "our mail server gave no dmarc result" } else { "our mail server wrote no Authentication-Results" })
}

fn no(why: &str) -> Authentication {
    Authentication::NotProven(why.to_owned())
}

/// The sender's domain, or the organisational domain above it that the policy was found at.
fn same_domain(judged: &str, sender: &str) -> bool {
    let judged = judged.trim_end_matches('.').to_ascii_lowercase();
    judged == sender
}

/// Whether a `Received` header was written by the desk's own server: its `by` host is the authserv-id, or shares its parent domain.
fn is_own_host(received: &str, authserv_id: &str) -> bool {
    let plain = without_comments(received);
    let mut words = plain.split_whitespace();
    let Some(host) = words.by_ref().find(|w| w.eq_ignore_ascii_case("by")).and_then(|_| words.next()) else { return false };
    let host = host.trim_end_matches([';', '.']).to_ascii_lowercase();
    let own = authserv_id.to_ascii_lowercase();
    let parent = own.split_once('.').map_or("", |(_, rest)| rest);
    host == own || parent.contains('.') && host.ends_with(&format!(".{parent}"))
}

#[derive(Debug, Default, PartialEq, Eq)]
struct MethodResult {
    method: String,
    result: String,
    header_from: Option<String>,
}

/// The results of one header, when it carries `authserv_id`; by the grammar of RFC 8601 section 2.2.
fn results_of(value: &str, authserv_id: &str) -> Option<Vec<MethodResult>> {
    let plain = without_comments(value);
    let mut parts = split_outside_quotes(&plain).into_iter();
    let head = parts.next()?;
    let mut words = head.split_whitespace();
    let id = words.next()?.trim_matches('"');
    let version = words.next();
    let version_fits = version.is_none_or(|v| v.chars().all(|c| c.is_ascii_digit()));
    if !id.eq_ignore_ascii_case(authserv_id) || !version_fits || words.next().is_some() {
        return None;
    }
    Some(parts.filter_map(|part| method_result(&part)).collect())
}

fn method_result(part: &str) -> Option<MethodResult> {
    let spaced = space_around_equals(part);
    let mut pairs = spaced.split_whitespace().filter_map(|word| word.split_once('='));
    let (method, result) = pairs.next()?;
    // `dmarc/1=pass` names a version of the method.
    let method = method.split('/').next().unwrap_or(method).to_ascii_lowercase();
    let header_from = pairs.find(|(name, _)| name.eq_ignore_ascii_case("header.from")).map(|(_, value)| domain_of(value));
    Some(MethodResult { method, result: result.to_ascii_lowercase(), header_from })
}

fn domain_of(value: &str) -> String {
    let value = value.trim_matches('"');
    value.rsplit_once('@').map_or(value, |(_, domain)| domain).to_owned()
}

/// `dmarc = pass` is the same as `dmarc=pass`; quoted values lose their inner spaces, which no result needs.
fn space_around_equals(part: &str) -> String {
    let (mut out, mut quoted) = (String::with_capacity(part.len()), false);
    for c in part.chars() {
        match c {
            '"' => {
                quoted = !quoted;
                out.push(c);
            }
            c if quoted && (c.is_whitespace() || c == '=') => out.push('_'),
            c if c.is_whitespace() && out.ends_with('=') => {}
            '=' => {
                out.truncate(out.trim_end().len());
                out.push('=');
            }
            c => out.push(c),
        }
    }
    out
}

fn split_outside_quotes(text: &str) -> Vec<String> {
    let (mut parts, mut part, mut quoted, mut escaped) = (Vec::new(), String::new(), false, false);
    for c in text.chars() {
        if c == '"' && !escaped {
            quoted = !quoted;
        }
        escaped = quoted && c == '\\' && !escaped;
        if c == ';' && !quoted {
            parts.push(std::mem::take(&mut part));
        } else {
            part.push(c);
        }
    }
    parts.push(part);
    parts
}

/// The header without its comments (RFC 5322 section 3.2.2), which may nest; parentheses in quoted strings are no comments.
fn without_comments(text: &str) -> String {
    let (mut out, mut depth, mut quoted, mut escaped) = (String::with_capacity(text.len()), 0_usize, false, false);
    for c in text.chars() {
        if escaped {
            escaped = false;
            if depth == 0 {
                out.push(c);
            }
            continue;
        }
        match c {
            '\\' if quoted || depth > 0 => escaped = true,
            '"' if depth == 0 => {
                quoted = !quoted;
                out.push(c);
            }
            '(' if !quoted => depth += 1,
            ')' if depth > 0 => {
                depth -= 1;
                out.push(' ');
            }
            _ if depth == 0 => out.push(c),
            _ => {}
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    const RECEIVED: (&str, &str) =
        ("Received", "from mail.uni.example (mail.uni.example [203.0.113.9])\r\n\tby mx.nexam.example (Postfix) with ESMTPS id 1");
    const FOREIGN: (&str, &str) = ("Received", "from laptop by mail.uni.example with ESMTP");

    fn judged(headers: &[(&str, &str)]) -> bool {
        let sender = Address::parse("ada@uni.example");
        judge(headers.iter().copied(), sender.as_ref(), &Identity::default()) == Authentication::Passed
    }

    fn ar(value: &str) -> bool {
        judged(&[RECEIVED, ("Authentication-Results", value), FOREIGN])
    }

    #[test]
    fn only_our_own_result_proves_a_sender() {
        let cases = [
            ("plain", "mx.nexam.example; dkim=pass; dmarc=pass header.from=uni.example", true),
            ("version and case", "MX.Nexam.Example 1; DMARC = Pass header.from=UNI.example", true),
            (
                "folded, with comments",
                "mx.nexam.example;\r\n\tspf=pass;\r\n\tdmarc=pass (p=none; dmarc=fail) header.from=uni.example",
                true,
            ),
            ("method version", "mx.nexam.example; dmarc/1=pass", true),
            ("fail", "mx.nexam.example; dmarc=fail", false),
            ("temperror", "mx.nexam.example; dmarc=temperror", false),
            ("none", "mx.nexam.example; none", false),
            ("look-alike id", "mx.nexam.example.evil.example; dmarc=pass", false),
            ("comment hides a pass", "mx.nexam.example (x; dmarc=pass); dmarc=fail", false),
            ("pass in a quoted reason", "mx.nexam.example; spf=pass reason=\"; dmarc=pass\"", false),
            ("another method", "mx.nexam.example; x-dmarc=pass", false),
            ("another domain", "mx.nexam.example; dmarc=pass header.from=evil.example", false),
        ];
        for (says, value, expected) in cases {
            assert_eq!(ar(value), expected, "{says}");
        }
    }

    #[test]
    fn a_result_below_the_first_foreign_hop_is_a_claim() {
        let pass = ("Authentication-Results", "mx.nexam.example; dmarc=pass");
        assert!(!judged(&[RECEIVED, FOREIGN, pass]));
        assert!(judged(&[RECEIVED, pass, FOREIGN]));
    }

    #[test]
    fn the_topmost_own_result_decides() {
        let fail = ("Authentication-Results", "mx.nexam.example; dmarc=fail");
        let spf = ("Authentication-Results", "mx.nexam.example; spf=pass");
        let pass = ("Authentication-Results", "mx.nexam.example; dmarc=pass");
        assert!(!judged(&[RECEIVED, fail, pass]));
        assert!(judged(&[RECEIVED, spf, pass, fail]));
    }
}
