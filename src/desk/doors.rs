//! What signing in stands on: keys, cookies, how long a session lasts, which origin is the desk's own, where a request comes from.

use std::net::{IpAddr, Ipv6Addr, SocketAddr};

use axum::extract::ConnectInfo;
use axum::http::{Extensions, HeaderMap, HeaderValue, header};
use jiff::{SignedDuration, Timestamp};

use super::secrets::{self, Keys};
use super::{DeskSettings, SecondFactor};
use crate::channels::Fault;
use crate::channels::openid::Provider;
use crate::facts::Language;
use crate::store::sessions::Lasts;

/// How long a browser is known by its device cookie.
const DEVICE: SignedDuration = SignedDuration::from_hours(180 * 24);
/// How long a half-finished sign-in waits.
const HALF: SignedDuration = SignedDuration::from_mins(10);

/// The desk's doors.
#[derive(Debug)]
pub struct Doors {
    /// Keys made of the key of the house.
    pub keys: Keys,
    /// How long sessions last.
    pub lasts: Lasts,
    /// Whether everybody has a second factor.
    pub factor_required: bool,
    /// Whether browsers speak https to the desk.
    pub secure: bool,
    /// The identity provider, where there is one.
    pub openid: Option<Provider>,
    origin: String,
    behind_proxy: bool,
}

impl Doors {
    /// As the settings say, under the key of the house.
    ///
    /// # Errors
    /// When the identity provider's address is none.
    pub fn new(settings: &DeskSettings, house: &[u8; 32]) -> Result<Self, Fault> {
        Ok(Self {
            keys: Keys::new(house),
            lasts: Lasts { idle: settings.idle, longest: settings.longest, half: HALF },
            factor_required: settings.second_factor == SecondFactor::Required,
            secure: settings.secure_cookies || settings.url.starts_with("https://"),
            origin: origin(&settings.url).unwrap_or_default(),
            openid: settings.openid.as_ref().map(Provider::new).transpose()?,
            behind_proxy: settings.behind_proxy,
        })
    }

    /// The token of the session, where a cookie brings one.
    pub fn session(&self, headers: &HeaderMap) -> Option<String> {
        cookie(headers, &self.named(""))
    }

    /// The cookie that begins a session, or takes it away.
    pub fn session_cookie(&self, token: Option<&str>) -> HeaderValue {
        self.cookie("", token.unwrap_or_default(), if token.is_some() { "" } else { "; Max-Age=0" })
    }

    /// Whose device a browser is, and its own mark, where it carries the cookie of an earlier sign-in.
    pub fn device(&self, headers: &HeaderMap, now: Timestamp) -> Option<(String, String)> {
        let value = cookie(headers, &self.named("-device"))?;
        let (told, proof) = value.rsplit_once('.')?;
        let (staff, rest) = told.split_once('.')?;
        let (mark, since) = rest.split_once('.')?;
        let since = Timestamp::from_second(since.parse().ok()?).ok()?;
        let good = secrets::same(proof, &self.keys.name("device", &[told.as_bytes()])) && now.duration_since(since) < DEVICE;
        good.then(|| (staff.to_owned(), mark.to_owned()))
    }

    /// The cookie by which a browser is known the next time.
    pub fn device_cookie(&self, staff: &str, now: Timestamp) -> HeaderValue {
        let told = format!("{staff}.{}.{}", secrets::token(), now.as_second());
        let value = format!("{told}.{}", self.keys.name("device", &[told.as_bytes()]));
        self.cookie("-device", &value, &format!("; Max-Age={}", DEVICE.as_secs()))
    }

    /// Browsers take a cookie of that prefix from nobody but the desk itself, by https (RFC 6265bis, section 4.1.3).
    pub fn named(&self, what: &str) -> String {
        format!("{}usher{what}", if self.secure { "__Host-" } else { "" })
    }

    /// A cookie for the desk alone.
    pub fn cookie(&self, what: &str, value: &str, more: &str) -> HeaderValue {
        let secure = if self.secure { "; Secure" } else { "" };
        let text = format!("{}={value}; Path=/; HttpOnly; SameSite=Lax{secure}{more}", self.named(what));
        HeaderValue::from_str(&text).unwrap_or(HeaderValue::from_static(""))
    }

    /// Whether a request comes from a page of the desk: by Origin; where there is none, by what the browser says of the site; else by Referer.
    pub fn is_own(&self, headers: &HeaderMap) -> bool {
        let text = |name: &str| headers.get(name).and_then(|v| v.to_str().ok());
        match (text("origin").filter(|o| *o != "null"), text("sec-fetch-site"), text("referer")) {
            (Some(origin), ..) => self.is_own_origin(origin, headers),
            (None, Some(site), _) => matches!(site, "same-origin" | "none"),
            (None, None, Some(referer)) => origin(referer).is_some_and(|origin| self.is_own_origin(&origin, headers)),
            (None, None, None) => false,
        }
    }

    fn is_own_origin(&self, origin: &str, headers: &HeaderMap) -> bool {
        let Some((scheme, host)) = origin.split_once("://") else { return false };
        let asked = headers.get(header::HOST).and_then(|v| v.to_str().ok()).unwrap_or_default();
        let https = !self.secure || scheme.eq_ignore_ascii_case("https");
        origin.eq_ignore_ascii_case(&self.origin) || (https && !host.is_empty() && host.eq_ignore_ascii_case(asked))
    }

    /// Where a request comes from: the other end of the connection, or what the proxy in front says of it. Of IPv6 the network that one
    /// subscriber has.
    pub fn client(&self, headers: &HeaderMap, extensions: &Extensions) -> String {
        let told = || {
            let last = headers.get_all("x-forwarded-for").iter().next_back()?.to_str().ok()?.rsplit(',').next()?.trim().to_owned();
            last.parse().ok().or_else(|| last.parse::<SocketAddr>().ok().map(|a| a.ip()))
        };
        let peer = || extensions.get::<ConnectInfo<SocketAddr>>().map(|c| c.0.ip());
        let ip: Option<IpAddr> = if self.behind_proxy { told().or_else(peer) } else { peer() };
        match ip.map(|ip| ip.to_canonical()) {
            Some(IpAddr::V6(ip)) => Ipv6Addr::from_bits(ip.to_bits() >> 64 << 64).to_string(),
            Some(ip) => ip.to_string(),
            None => String::new(),
        }
    }
}

/// `https://desk.example` of an address there.
fn origin(url: &str) -> Option<String> {
    let (scheme, rest) = url.split_once("://")?;
    let host = rest.split(['/', '?', '#']).next().filter(|h| !h.is_empty() && !h.contains('@'))?;
    let standard = if scheme.eq_ignore_ascii_case("https") { ":443" } else { ":80" };
    Some(format!("{scheme}://{}", host.strip_suffix(standard).unwrap_or(host)))
}

/// The value of a cookie.
pub fn cookie(headers: &HeaderMap, name: &str) -> Option<String> {
    let lines = headers.get_all(header::COOKIE).iter().filter_map(|v| v.to_str().ok());
    let pairs = lines.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.filter(|(n, value)| *n == name && !value.is_empty()).map(|(_, value)| value.to_owned()).next()
}

/// Where to go after signing in: a page of the desk, whatever the address says.
pub fn local(next: &str) -> &str {
    let plain = next.len() <= 2_000 && !next.contains('\\') && next.bytes().all(|b| b.is_ascii_graphic());
    if plain && next.starts_with('/') && !next.starts_with("//") { next } else { "/" }
}

/// The language that an address asks for (`?lang=fr`), else the first that the browser takes and the desk speaks.
pub fn language(query: Option<&str>, headers: &HeaderMap) -> Language {
    let wished = query.unwrap_or_default().split('&').find_map(|pair| pair.strip_prefix("lang=")).and_then(Language::from_code);
    let accepted = headers.get(header::ACCEPT_LANGUAGE).and_then(|v| v.to_str().ok()).unwrap_or_default();
    let spoken = accepted.split(',').find_map(|tag| Language::from_code(tag.trim().get(..2)?));
    wished.or(spoken).unwrap_or(Language::En)
}

/// `Firefox, Linux`: enough for people to know their own browsers by.
pub fn browser(headers: &HeaderMap) -> String {
    const BROWSERS: [(&str, &str); 6] =
        [("Edg", "Edge"), ("OPR", "Opera"), ("Firefox", "Firefox"), ("Chrome", "Chrome"), ("CriOS", "Chrome"), ("Safari", "Safari")];
    const SYSTEMS: [(&str, &str); 7] = [
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Android", "Android"),
        ("Windows", "Windows"),
        ("Mac OS X", "macOS"),
        ("CrOS", "ChromeOS"),
        ("Linux", "Linux"),
    ];
    let agent = headers.get(header::USER_AGENT).and_then(|v| v.to_str().ok()).unwrap_or_default();
    let named = |known: &[(&str, &'static str)]| known.iter().find(|(mark, _)| agent.contains(mark)).map(|(_, name)| *name);
    let found: Vec<&str> = [named(&BROWSERS), named(&SYSTEMS)].into_iter().flatten().collect();
    found.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(lines: &[(&'static str, &'static str)]) -> HeaderMap {
        lines.iter().map(|(name, value)| (header::HeaderName::from_static(name), HeaderValue::from_static(value))).collect()
    }

    fn doors(url: &str) -> Doors {
        Doors::new(&DeskSettings { url: url.into(), behind_proxy: true, ..DeskSettings::default() }, &[1; 32]).unwrap()
    }

    #[test]
    fn a_request_is_the_desks_own_or_it_is_not() {
        let cases: [(&[(&str, &str)], bool); 14] = [
            (&[("origin", "https://desk.example"), ("host", "127.0.0.1:8080")], true),
            (&[("origin", "https://other.example"), ("host", "other.example")], true),
            (&[("origin", "http://other.example"), ("host", "other.example")], false),
            (&[("origin", "https://evil.example"), ("host", "desk.example")], false),
            (&[("origin", "https://desk.example.evil.example"), ("host", "desk.example")], false),
            (&[("origin", "https://evil.example"), ("host", "desk.example"), ("sec-fetch-site", "same-origin")], false),
            (&[("origin", "null"), ("host", "desk.example")], false),
            (&[("origin", "null"), ("host", "desk.example"), ("sec-fetch-site", "cross-site")], false),
            (&[("origin", "null"), ("host", "desk.example"), ("sec-fetch-site", "same-origin")], true),
            (&[("sec-fetch-site", "same-site"), ("host", "desk.example")], false),
            (&[("referer", "https://desk.example/queue?x=1"), ("host", "desk.example")], true),
            (&[("referer", "https://evil.example/https://desk.example"), ("host", "desk.example")], false),
            (&[("host", "desk.example")], false),
            (&[("origin", "https://"), ("host", "")], false),
        ];
        for (lines, expected) in cases {
            let lines: Vec<_> = lines.iter().map(|(n, v)| (header::HeaderName::from_static(n), HeaderValue::from_static(v))).collect();
            let asked: HeaderMap = lines.into_iter().collect();
            assert_eq!(doors("https://desk.example:443/").is_own(&asked), expected, "{asked:?}");
        }
        assert!(doors("http://127.0.0.1:8080").is_own(&headers(&[("origin", "http://localhost:8080"), ("host", "localhost:8080")])));
    }

    #[test]
    fn a_device_is_known_by_its_own_cookie_for_half_a_year() {
        let (doors, now) = (doors("https://desk.example"), Timestamp::from_second(1_700_000_000).unwrap());
        let set = doors.device_cookie("01A", now);
        let set = set.to_str().unwrap();
        assert!(set.starts_with("__Host-usher-device=") && set.contains("; Secure") && set.contains("; HttpOnly"), "{set}");
        let pair = set.split_once(';').unwrap().0.to_owned();
        let sent = |pair: &str| HeaderMap::from_iter([(header::COOKIE, HeaderValue::from_str(&format!("a=b; {pair}")).unwrap())]);
        assert_eq!(doors.device(&sent(&pair), now).unwrap().0, "01A");
        assert_eq!(doors.device(&sent(&pair), now + DEVICE), None);
        assert_eq!(doors.device(&sent(&pair.replace("01A", "01B")), now), None, "nobody makes one for another account");
    }

    #[test]
    fn one_goes_nowhere_else_after_signing_in() {
        for (next, to) in [
            ("/queue/1?x=2", "/queue/1?x=2"),
            ("//evil.example", "/"),
            ("/\\evil.example", "/"),
            ("https://evil.example", "/"),
            ("", "/"),
            ("/a\r\nSet-Cookie: x", "/"),
            ("/\t/evil.example", "/"),
        ] {
            assert_eq!(local(next), to, "{next}");
        }
    }

    #[test]
    fn the_proxy_is_believed_of_the_last_hop_alone() {
        let none = Extensions::new();
        let cases = [
            ("203.0.113.9", "203.0.113.9"),
            ("1.2.3.4, 203.0.113.9", "203.0.113.9"),
            ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
            ("x", ""),
        ];
        for (told, expected) in cases {
            let headers = HeaderMap::from_iter([(header::HeaderName::from_static("x-forwarded-for"), HeaderValue::from_static(told))]);
            assert_eq!(doors("https://desk.example").client(&headers, &none), expected);
        }
    }

    #[test]
    fn language_and_browser_are_read_from_what_the_browser_says() {
        let french = headers(&[
            ("accept-language", "de-CH, fr-CA;q=0.8, en;q=0.5"),
            ("user-agent", "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"),
        ]);
        assert_eq!(language(None, &french), Language::Fr);
        assert_eq!(language(Some("next=%2F&lang=en"), &french), Language::En);
        assert_eq!(browser(&french), "Firefox, Linux");
        assert_eq!(browser(&HeaderMap::new()), "");
    }
}
