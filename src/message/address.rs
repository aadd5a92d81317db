//! E-mail addresses (RFC 5321 section 4.1.2): a value that exists is valid.

use std::fmt;

/// A valid address, trimmed and lower-cased: letter case is no difference between mailboxes here.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
pub struct Address(String);

impl Address {
    /// Takes an address as people and headers write it. `None`: it is none (no local part, no domain, several `@`,
    /// white space or invisible characters inside, a quoted local part).
    pub fn parse(written: &str) -> Option<Self> {
        let written = written.trim().trim_end_matches('.').to_lowercase();
        let (local, domain) = written.split_once('@')?;
        let plain =
            |c: char| !c.is_whitespace() && !c.is_control() && !"\"<>(),;:\\[]@\u{ad}\u{200b}\u{200c}\u{200d}\u{2060}\u{feff}".contains(c);
        let dots = |s: &str| !s.is_empty() && s.split('.').all(|part| !part.is_empty());
        let fits = written.len() <= 254 && local.len() <= 64;
        (fits && written.chars().filter(|c| *c != '@').all(plain) && dots(local) && dots(domain) && !domain.contains('@'))
            .then_some(Self(written))
    }

    /// The whole address.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What stands before the `@`.
    pub fn local(&self) -> &str {
        self.0.split_once('@').map_or("", |(local, _)| local)
    }

    /// What stands behind the `@`.
    pub fn domain(&self) -> &str {
        self.0.split_once('@').map_or("", |(_, domain)| domain)
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
