//! The sections of usher.toml that belong to no room.

use std::path::PathBuf;

use serde::Deserialize;

use crate::draft::templates::Letterhead;
use crate::message::Identity;

/// `[mail]`.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct MailSettings {
    /// The desk's own addresses.
    pub own: Vec<String>,
    /// The name under which the desk's mail server writes Authentication-Results.
    pub authserv_id: String,
    /// List-Ids through which people reach the desk.
    pub own_lists: Vec<String>,
    /// Senders of web forms.
    pub forms: Vec<String>,
    /// Where people sign in.
    pub sign_in_url: String,
    /// Where people type a code.
    pub code_url: String,
    /// Under English replies.
    pub signature_en: String,
    /// Under French replies.
    pub signature_fr: String,
    /// The address that invitations come from.
    pub invitations_from: String,
}

impl Default for MailSettings {
    fn default() -> Self {
        let (identity, letterhead) = (Identity::default(), Letterhead::default());
        Self {
            own: identity.own.iter().map(ToString::to_string).collect(),
            authserv_id: identity.authserv_id,
            own_lists: identity.own_lists,
            forms: Vec::new(),
            sign_in_url: letterhead.sign_in_url,
            code_url: letterhead.code_url,
            signature_en: letterhead.signature_en,
            signature_fr: letterhead.signature_fr,
            invitations_from: letterhead.invitations_from,
        }
    }
}

/// `[on_call]`.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct OnCallSettings {
    /// Addresses of people on call.
    pub mail: Vec<String>,
    /// Where alarms are posted as signed JSON.
    pub webhook: Option<String>,
    /// File that holds the key of the signature.
    pub webhook_secret_file: Option<PathBuf>,
}

/// `[retention]`.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RetentionSettings {
    /// How long raw mail is kept.
    pub raw: jiff::Span,
    /// How long tickets are kept.
    pub tickets: jiff::Span,
}

impl Default for RetentionSettings {
    fn default() -> Self {
        Self { raw: jiff::Span::new().days(90), tickets: jiff::Span::new().months(24) }
    }
}
