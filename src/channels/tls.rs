//! TLS by rustls: system roots, own roots, and no way to accept an invalid certificate.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{CertificateError, ClientConfig, RootCertStore};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;

use super::Fault;

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

/// A connection, whatever protects it.
pub(super) trait Stream: AsyncRead + AsyncWrite + Send + Sync + Unpin + std::fmt::Debug {}
impl<S: AsyncRead + AsyncWrite + Send + Sync + Unpin + std::fmt::Debug> Stream for S {}

/// A server to connect to, and what is trusted about it.
#[derive(Clone)]
pub(super) struct Peer {
    pub host: String,
    pub port: u16,
    pub tls: Tls,
    connector: TlsConnector,
}

impl std::fmt::Debug for Peer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{} ({:?})", self.host, self.port, self.tls)
    }
}

impl Peer {
    /// Prepares for `host`; the roots are the system's and those of `ca_file`.
    pub fn new(host: &str, port: u16, tls: Tls, ca_file: Option<&Path>) -> Result<Self, Fault> {
        if host.trim().is_empty() {
            return Err(Fault::Permanent("no mail server is named: set `host`".into()));
        }
        Ok(Self { host: host.trim().to_owned(), port, tls, connector: connector(tls, ca_file)? })
    }

    /// Opens the TCP connection. Without TLS only to an address of this machine: a password in clear goes nowhere else.
    pub async fn dial(&self, at_most: Duration) -> Result<TcpStream, Fault> {
        let dialling = async {
            let found = tokio::net::lookup_host((self.host.as_str(), self.port)).await;
            let addresses: Vec<SocketAddr> = found.map_err(|e| self.lost("cannot be found", &e))?.collect();
            if self.tls == Tls::None && !addresses.iter().all(|a| a.ip().is_loopback()) {
                let what = format!(
                    "{}: without TLS only this machine itself may be spoken to; set `tls = \"starttls\"` or `\"implicit\"`",
                    self.host
                );
                return Err(Fault::Permanent(what));
            }
            let stream = TcpStream::connect(addresses.as_slice()).await.map_err(|e| self.lost("cannot be reached", &e))?;
            // Commands are short and wait for their answers: Nagle would only add his 40 ms.
            let _ = stream.set_nodelay(true);
            Ok(stream)
        };
        timeout(at_most, dialling).await.unwrap_or_else(|_| Err(Fault::passing(format!("{}:{} does not answer", self.host, self.port))))
    }

    /// Puts TLS over an open connection.
    pub async fn secure<S: Stream + 'static>(&self, stream: S, at_most: Duration) -> Result<Box<dyn Stream>, Fault> {
        let name = ServerName::try_from(self.host.clone())
            .map_err(|_| Fault::Permanent(format!("{}: this is no host name that a certificate could name", self.host)))?;
        match timeout(at_most, self.connector.connect(name, stream)).await {
            Ok(Ok(stream)) => Ok(Box::new(stream)),
            Ok(Err(error)) => Err(self.refused(&error)),
            Err(_) => Err(Fault::passing(format!("{}:{} does not finish the TLS handshake", self.host, self.port))),
        }
    }

    fn lost(&self, what: &str, error: &std::io::Error) -> Fault {
        Fault::passing(format!("{}:{} {what} ({})", self.host, self.port, error.kind()))
    }

    fn refused(&self, error: &std::io::Error) -> Fault {
        match refusal(error) {
            Some(what) => Fault::Permanent(format!("{}:{}: the certificate {what}; nothing was sent", self.host, self.port)),
            None => self.lost("breaks off the TLS handshake", error),
        }
    }
}

/// Why a certificate was not accepted, where that ended the handshake.
pub(super) fn refusal(error: &std::io::Error) -> Option<&'static str> {
    let inner = error.get_ref()?;
    if let Some(nested) = inner.downcast_ref::<std::io::Error>() {
        return refusal(nested);
    }
    let rustls::Error::InvalidCertificate(fault) = inner.downcast_ref::<rustls::Error>()? else { return None };
    Some(match fault {
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => "has expired",
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => "is not valid yet: is this machine's clock right?",
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => "is for another host name",
        CertificateError::UnknownIssuer => "is signed by nobody we know: name its root in `ca_file`",
        CertificateError::Revoked => "is revoked",
        _ => "is not acceptable",
    })
}

/// The trust in the system's roots and those in `ca_file`.
fn connector(tls: Tls, ca_file: Option<&Path>) -> Result<TlsConnector, Fault> {
    let mut roots = RootCertStore::empty();
    if tls != Tls::None {
        roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    }
    if let Some(path) = ca_file {
        let fault = |what: &str| Fault::Permanent(format!("{}: {what}", path.display()));
        let own: Vec<_> = CertificateDer::pem_file_iter(path)
            .and_then(Iterator::collect)
            .map_err(|_| fault("cannot be read as PEM certificates (`ca_file`)"))?;
        let (added, _) = roots.add_parsable_certificates(own);
        if added == 0 {
            return Err(fault("holds no certificate (`ca_file`)"));
        }
    }
    // Named outright: were a second provider ever linked in, the short way would panic at run time.
    let config = ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|_| Fault::Permanent("this build of TLS supports no protocol version".into()))?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(TlsConnector::from(Arc::new(config)))
}

/// A secret as the settings give it: in the file named, or as it stands.
pub(super) fn secret(written: Option<&secrecy::SecretString>, file: Option<&Path>) -> Result<Option<secrecy::SecretString>, Fault> {
    let Some(path) = file else { return Ok(written.cloned()) };
    match std::fs::read_to_string(path) {
        Ok(text) => Ok(Some(text.trim_end_matches(['\r', '\n']).to_owned().into())),
        Err(e) => Err(Fault::Permanent(format!("{}: cannot be read ({})", path.display(), e.kind()))),
    }
}
