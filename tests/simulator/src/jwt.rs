//! Tokens of sessions: JSON Web Tokens with HMAC-SHA256.

use aws_lc_rs::hmac;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::clock::later;

/// How long a session lasts.
const LIFETIME: SignedDuration = SignedDuration::from_mins(30);

const HEADER: &[u8] = br#"{"alg":"HS256","typ":"JWT"}"#;

/// Issues and reads the tokens of one world.
#[derive(Debug)]
pub(crate) struct Sessions {
    key: hmac::Key,
}

/// What a token says.
#[derive(Debug, Deserialize, Serialize)]
pub(crate) struct Session {
    invocation_id: String,
    /// The one connection it is for.
    pub(crate) connection: String,
    iat: i64,
    exp: i64,
}

impl Sessions {
    /// Worlds of other names do not take each other's tokens.
    pub(crate) fn new(world: &str) -> Self {
        let secret = format!("sessions of world {world}");
        Self {
            key: hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes()),
        }
    }

    pub(crate) fn issue(&self, invocation_id: &str, connection: &str, now: Timestamp) -> String {
        let session = Session {
            invocation_id: invocation_id.to_owned(),
            connection: connection.to_owned(),
            iat: now.as_second(),
            exp: later(now, LIFETIME).as_second(),
        };
        // A struct of texts and numbers always serializes.
        let claims = serde_json::to_vec(&session).unwrap_or_default();
        let mut token = URL_SAFE_NO_PAD.encode(HEADER);
        token.push('.');
        URL_SAFE_NO_PAD.encode_string(claims, &mut token);
        let signature = hmac::sign(&self.key, token.as_bytes());
        token.push('.');
        URL_SAFE_NO_PAD.encode_string(signature, &mut token);
        token
    }

    /// What a token says, when it was issued here and has not expired.
    pub(crate) fn read(&self, token: &str, now: Timestamp) -> Option<Session> {
        let (signed, signature) = token.rsplit_once('.')?;
        let signature = URL_SAFE_NO_PAD.decode(signature).ok()?;
        hmac::verify(&self.key, signed.as_bytes(), &signature).ok()?;
        let (_, claims) = signed.split_once('.')?;
        let claims = URL_SAFE_NO_PAD.decode(claims).ok()?;
        let session: Session = serde_json::from_slice(&claims).ok()?;
        (now.as_second() < session.exp).then_some(session)
    }
}
