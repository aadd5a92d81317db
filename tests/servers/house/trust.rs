//! Certificates of our own: a root, and what it signs for this machine.

use std::path::{Path, PathBuf};

use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, date_time_ymd};

/// What is the matter with a certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flaw {
    None,
    Expired,
    OtherName,
}

/// Files of a root and of one certificate it signed.
#[derive(Debug, Clone)]
pub struct Trust {
    pub ca_file: PathBuf,
    pub cert: PathBuf,
    pub key: PathBuf,
}

impl Trust {
    pub fn new(place: &Path, flaw: Flaw) -> Self {
        let mut root = CertificateParams::new(Vec::<String>::new()).unwrap();
        root.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        root.distinguished_name.push(DnType::CommonName, "root of the house of servers");
        let root_key = KeyPair::generate().unwrap();
        let ca = root.self_signed(&root_key).unwrap();
        let issuer = Issuer::new(root, root_key);
        let names = if flaw == Flaw::OtherName {
            vec!["elsewhere.example".to_owned()]
        } else {
            vec!["localhost".to_owned(), "127.0.0.1".to_owned()]
        };
        let mut leaf = CertificateParams::new(names).unwrap();
        if flaw == Flaw::Expired {
            leaf.not_before = date_time_ymd(2001, 1, 1);
            leaf.not_after = date_time_ymd(2002, 1, 1);
        }
        let leaf_key = KeyPair::generate().unwrap();
        let cert = leaf.signed_by(&leaf_key, &issuer).unwrap();
        let trust = Self { ca_file: place.join("ca.pem"), cert: place.join("cert.pem"), key: place.join("key.pem") };
        std::fs::write(&trust.ca_file, ca.pem()).unwrap();
        std::fs::write(&trust.cert, cert.pem()).unwrap();
        std::fs::write(&trust.key, leaf_key.serialize_pem()).unwrap();
        trust
    }
}
