//! TLS by rustls: system roots, own roots, and no way to accept an invalid certificate.

/// How a connection is protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Tls {
    /// TLS from the first byte.
    #[default]
    Implicit,
    /// STARTTLS, refused when the server does not offer it.
    Starttls,
    /// In clear; for loopback only.
    None,
}
