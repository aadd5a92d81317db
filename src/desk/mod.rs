//! The desk: the page where support staff review tickets and drafts.

use crate::store::Store;

/// `[desk]`.
#[derive(Debug, Clone, serde::Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct DeskSettings {
    /// Address and port to listen on.
    pub listen: String,
    /// How people reach it.
    pub url: String,
    /// Whether cookies are for https only.
    pub secure_cookies: bool,
}

impl Default for DeskSettings {
    fn default() -> Self {
        Self { listen: "127.0.0.1:8080".into(), url: "http://127.0.0.1:8080".into(), secure_cookies: false }
    }
}

/// Serves the desk on an open listener until `stop` resolves.
///
/// # Errors
/// When the listener fails.
pub async fn serve(
    _store: Store,
    _listener: tokio::net::TcpListener,
    _stop: impl Future<Output = ()> + Send + 'static,
) -> std::io::Result<()> {
    todo!("stub")
}
