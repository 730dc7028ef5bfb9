//! What a client can be told.

use std::fmt;

use indexmap::IndexMap;
use macro_rules_attribute::apply;
use serde::de::Deserializer;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::field::Field;
use crate::{Secret, Timeout};

/// Everything a client can be told. What is left out has the default of [`crate::KernelBuilder`]'s method of
/// the same name, or comes from the environment.
///
/// This is the form in which bindings and configuration files hand settings over; a Rust program reads better
/// with [`crate::Kernel::builder`]. New options come with new versions: end a literal with `..Default::default()`.
#[apply(options)]
pub struct ClientOptions {
    /// The API key. Environment: `KERNEL_API_KEY`.
    pub api_key: Option<Secret>,
    /// Where the API is. Environment: `KERNEL_BASE_URL`; null ignores it.
    pub base_url: Option<Option<Secret>>,
    /// `production` or `development`. Not together with a base URL.
    pub environment: Option<String>,
    /// The project by id, sent as `X-Kernel-Project-Id`.
    pub project_id: Option<Option<String>>,
    /// The project by name, sent as `X-Kernel-Project`.
    pub project: Option<Option<String>>,
    /// Seconds for one attempt: connecting, headers and body; or its parts. Default 60, of them 5 for connecting; null for
    /// no limit.
    pub timeout: Option<Option<Timeout>>,
    /// Seconds for connecting, whatever `timeout` says of it. Default 5.
    pub connect_timeout: Option<f64>,
    /// Seconds for a whole call with all its attempts. No limit by default.
    pub total_timeout: Option<Option<f64>>,
    /// How often a failed request is sent again. Default 2.
    pub max_retries: Option<i64>,
    /// Headers of every request, over those of the copied client; null removes one that the client would send.
    pub default_headers: Option<Headers>,
    /// Headers of every request, instead of those of the copied client.
    pub set_default_headers: Option<Headers>,
    /// Query parameters of every request, over those of the copied client.
    pub default_query: Option<Fields>,
    /// Query parameters of every request, instead of those of the copied client.
    pub set_default_query: Option<Fields>,
    /// Certificates to trust beside the platform's, as PEM texts.
    pub root_certificates: Option<Vec<String>>,
    /// The URL of a proxy; null goes without one, whatever the environment says.
    pub proxy: Option<Option<Secret>>,
    /// Seconds that a stream may be silent; null for no limit. Default 60.
    pub idle_timeout: Option<Option<f64>>,
    /// The largest body of an answer, in bytes. Default 64 MiB.
    pub max_response_bytes: Option<i64>,
    /// The largest event of a stream, in bytes. Default 16 MiB.
    pub max_event_bytes: Option<i64>,
    /// `off`, `error`, `warn`, `info` or `debug`, written to standard error. Environment: `KERNEL_LOG`.
    pub log_level: Option<String>,
}

/// Which API a client talks to when no base URL is given.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Environment {
    /// `https://api.onkernel.com`
    #[default]
    Production,
    /// `https://localhost:3001`
    Development,
}

impl Environment {
    pub(crate) const ALL: [Self; 2] = [Self::Production, Self::Development];

    /// Its name: `production` or `development`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Production => "production",
            Self::Development => "development",
        }
    }

    pub(crate) fn base_url(self) -> &'static str {
        match self {
            Self::Production => "https://api.onkernel.com",
            Self::Development => "https://localhost:3001",
        }
    }
}

/// Headers by name, in the order given; `None` removes a header that would be sent otherwise.
///
/// Prints names only.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Headers(pub(crate) IndexMap<String, Option<String>>);

impl Field for Headers {
    fn null() -> Option<Self> {
        Some(Self::default())
    }
}

impl fmt::Debug for Headers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

impl<'de> Deserialize<'de> for Headers {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        IndexMap::deserialize(deserializer).map(Self)
    }
}

/// Query parameters or fields of a body by name, in the order given.
///
/// Prints names only.
#[derive(Clone, Default, PartialEq, Serialize)]
#[serde(transparent)]
pub struct Fields(pub(crate) Map<String, Value>);

impl Field for Fields {
    fn null() -> Option<Self> {
        Some(Self::default())
    }
}

impl fmt::Debug for Fields {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

impl<'de> Deserialize<'de> for Fields {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Map::deserialize(deserializer).map(Self)
    }
}

impl Headers {
    /// Sets a header, or with `None` removes one that would be sent otherwise.
    pub fn insert(&mut self, name: impl Into<String>, value: Option<String>) {
        self.0.insert(name.into(), value);
    }
}

impl FromIterator<(String, Option<String>)> for Headers {
    fn from_iter<I: IntoIterator<Item = (String, Option<String>)>>(headers: I) -> Self {
        Self(headers.into_iter().collect())
    }
}

impl Fields {
    /// Sets a field.
    pub fn insert(&mut self, name: impl Into<String>, value: impl Into<Value>) {
        self.0.insert(name.into(), value.into());
    }
}

impl FromIterator<(String, Value)> for Fields {
    fn from_iter<I: IntoIterator<Item = (String, Value)>>(fields: I) -> Self {
        Self(fields.into_iter().collect())
    }
}
