//! A mail as it was laid out: what is left of its HTML by an allow-list, in a frame that runs nothing and loads nothing.

use std::sync::LazyLock;

use ammonia::Builder;
use axum::extract::{Path, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};

use super::Opened;
use crate::desk::seat::Seat;
use crate::desk::{Desk, format};
use crate::message::parse;

/// The frame may do nothing at all; it has no style of its own, and no link that leads anywhere.
const POLICY: &str = "sandbox; default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'";
/// Bytes of a mail's HTML that are looked at.
const MOST: usize = 1_000_000;

static CLEANER: LazyLock<Builder<'static>> = LazyLock::new(|| {
    let mut builder = Builder::empty();
    let tags = [
        "a",
        "abbr",
        "b",
        "blockquote",
        "br",
        "center",
        "cite",
        "code",
        "dd",
        "del",
        "div",
        "dl",
        "dt",
        "em",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "hr",
        "i",
        "ins",
        "kbd",
        "li",
        "ol",
        "p",
        "pre",
        "q",
        "s",
        "samp",
        "small",
        "span",
        "strike",
        "strong",
        "sub",
        "sup",
        "table",
        "tbody",
        "td",
        "tfoot",
        "th",
        "thead",
        "tr",
        "u",
        "ul",
    ];
    builder
        .tags(tags.into())
        .clean_content_tags(["script", "style", "title", "template", "noscript", "svg", "math", "iframe", "object"].into());
    builder.tag_attributes([("td", ["colspan", "rowspan"].into()), ("th", ["colspan", "rowspan"].into())].into());
    builder.generic_attributes(["dir", "lang"].into()).link_rel(None).strip_comments(true);
    builder
});

/// Whether a message has HTML to show.
pub fn has(raw: &[u8]) -> bool {
    let head = raw.get(..200_000).unwrap_or(raw);
    memchr::memmem::find(head, b"text/html").or_else(|| memchr::memmem::find(head, b"TEXT/HTML")).is_some()
}

/// What is left of an HTML text: words and their order, nothing that runs, loads, hides or leads away.
pub fn cleaned(html: &str) -> String {
    let end = html.char_indices().take_while(|(at, _)| *at < MOST).last().map_or(0, |(at, c)| at + c.len_utf8());
    CLEANER.clean(&format::visible(html.get(..end).unwrap_or_default())).to_string()
}

/// The document inside the frame.
pub async fn show(State(desk): State<Desk>, _seat: Seat, Path((number, message)): Path<(i64, String)>) -> Response {
    let opened = match Opened::load(&desk, number).await {
        Ok(Some(opened)) => opened,
        Ok(None) => return StatusCode::NOT_FOUND.into_response(),
        Err(error) => return desk.broken(&error),
    };
    let raw = opened.said.into_iter().find(|s| s.id == message).map(|s| s.raw);
    let Some(html) = raw.and_then(|raw| parse::html(&raw)) else { return StatusCode::NOT_FOUND.into_response() };
    let body = tokio::task::spawn_blocking(move || cleaned(&html)).await.unwrap_or_default();
    let mut response = Html(format!("<!doctype html><meta charset=\"utf-8\"><title>-</title>{body}")).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    headers.insert(header::X_FRAME_OPTIONS, HeaderValue::from_static("SAMEORIGIN"));
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_runs_loads_or_leads_away_is_left() {
        let hostile = [
            "<script>alert(1)</script>",
            "<img src=x onerror=alert(1)>",
            "<svg/onload=alert(1)><a xlink:href='javascript:alert(1)'>x</a></svg>",
            "<a href='javascript:alert(1)'>x</a><a href='data:text/html,x'>y</a>",
            "<base href='https://evil.example/'><meta http-equiv=refresh content='0;url=https://evil.example'>",
            "<form action='https://evil.example'><input name=p><button formaction='https://evil.example'>x</button></form>",
            "<iframe srcdoc='<script>alert(1)</script>'></iframe>",
            "<style>@import url(https://evil.example/x.css); body{background:url(https://evil.example)}</style>",
            "<noscript><p title=\"</noscript><img src=x onerror=alert(1)>\">",
            "<math><mtext><table><mglyph><style><!--</style><img title=\"--&gt;&lt;img src=1 onerror=alert(1)&gt;\">",
            "<img src=https://track.example/1.gif><table background='https://track.example'><td style='background:url(https://track.example)'>",
            "<link rel=prefetch href='https://track.example'><video poster='https://track.example' src=x></video><picture><source srcset='https://track.example'>",
        ];
        for html in hostile {
            let left = cleaned(&format!("<p>words</p>{html}")).to_lowercase();
            assert!(left.contains("words"), "{html} → {left}");
            for bad in [
                "<script",
                "onerror=",
                "onload=",
                "javascript:",
                "href",
                "src",
                "url(",
                "<base",
                "<meta",
                "<form",
                "<iframe",
                "<style",
                "<svg",
                "<math",
                "<img",
                "background",
                "<link",
            ] {
                let as_text = left.replace("&lt;", "").contains(bad) && !left.contains(bad);
                assert!(as_text || !left.contains(bad), "{html} leaves {bad}: {left}");
            }
        }
    }
}
