//! What every conversation by HTTP keeps to: where it may go, how much of an answer is read, and what is told of a failure.

use std::error::Error as _;

use super::tls::refusal;

/// `https://…`, or `http://` on this machine; never with a name and a password in it.
pub(super) fn address(written: &str) -> Option<reqwest::Url> {
    let url = reqwest::Url::parse(written.trim()).ok()?;
    let safe = url.scheme() == "https" || url.scheme() == "http" && is_local(url.host_str()?);
    (safe && url.username().is_empty() && url.password().is_none()).then_some(url)
}

fn is_local(host: &str) -> bool {
    let host = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost" || host.parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

/// The body of an answer; `None` when it is longer than `most`.
pub(super) async fn body(mut response: reqwest::Response, most: usize) -> Result<Option<Vec<u8>>, reqwest::Error> {
    let mut body = Vec::new();
    while let Some(piece) = response.chunk().await? {
        body.extend_from_slice(&piece);
        if body.len() > most {
            return Ok(None);
        }
    }
    Ok(Some(body))
}

/// The HTTP client's own errors name the URL; only their kind is told.
pub(super) fn lost(error: &reqwest::Error) -> &'static str {
    match error {
        e if e.is_timeout() => "does not answer",
        e if e.is_connect() => "cannot be reached",
        _ => "breaks the connection off",
    }
}

/// What is the matter with the server's certificate, where that is the failure.
pub(super) fn distrusted(error: &reqwest::Error) -> Option<&'static str> {
    let mut cause = error.source();
    while let Some(error) = cause {
        let io = error.downcast_ref::<std::io::Error>();
        if let Some(what) = io.and_then(refusal) {
            return Some(what);
        }
        cause = error.source();
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_go_only_over_tls_or_to_this_machine() {
        for url in ["https://discord.com/api", "http://127.0.0.1:4010", "http://localhost:4010/api", "http://[::1]:1"] {
            assert!(address(url).is_some(), "{url}");
        }
        for url in [
            "http://discord.com/api",
            "http://127.0.0.1.evil.example",
            "https://u:p@discord.com",
            "ftp://127.0.0.1",
            "",
            "discord.com",
            "http://localhost@evil.example",
        ] {
            assert!(address(url).is_none(), "{url}");
        }
    }
}
