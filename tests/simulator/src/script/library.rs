//! The scripts that have a name.

use std::collections::HashMap;
use std::sync::Arc;

use serde_json::json;

use super::{Script, ScriptRef};

/// Puts files of the folder `scripts` into the program.
macro_rules! shipped {
    ($($name:literal)*) => {
        &[$(($name, include_str!(concat!("../../scripts/", $name, ".json")))),*]
    };
}

const SHIPPED: &[(&str, &str)] = shipped![
    "password" "password_wrong_once" "two_pages" "mfa_code" "mfa_choice" "push" "push_or_code"
    "email_link" "totp" "totp_secret" "sso" "account_picker" "security_question" "legacy_only"
    "canonical_only" "reauth" "reauth_refused" "fails" "instant" "endless" "stale"
];

/// The scripts that come along, by name.
pub(crate) fn shipped() -> &'static [(&'static str, &'static str)] {
    SHIPPED
}

/// Finds scripts by name: those of one world, and those that come along.
#[derive(Debug)]
pub(crate) struct Library {
    known: HashMap<String, Arc<Script>>,
}

impl Library {
    /// `own` hides scripts of the same names that come along.
    pub(crate) fn new(own: HashMap<String, Arc<Script>>) -> Self {
        Self { known: own }
    }

    pub(crate) fn find(&mut self, script: &ScriptRef) -> Result<Arc<Script>, String> {
        let name = match script {
            ScriptRef::Inline(script) => return Ok(script.clone()),
            ScriptRef::Named(name) => name,
        };
        if let Some(script) = self.known.get(name) {
            return Ok(script.clone());
        }
        let script = Arc::new(parse(name)?);
        self.known.insert(name.clone(), script.clone());
        Ok(script)
    }
}

fn parse(name: &str) -> Result<Script, String> {
    let script = if let Some(code) = name.strip_prefix("fails:") {
        serde_json::from_value(json!({
            "steps": [{ "discover": {} }, { "fail": { "code": code } }],
        }))
    } else {
        let (_, text) = SHIPPED
            .iter()
            .find(|(known, _)| *known == name)
            .ok_or_else(|| format!("there is no script {name:?}"))?;
        serde_json::from_str(text)
    };
    script.map_err(|error| format!("script {name}: {error}"))
}
