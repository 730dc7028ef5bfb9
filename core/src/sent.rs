//! What was sent.

use std::fmt;

use bytes::Bytes;
use http::{HeaderMap, Method};
use url::Url;

use crate::log::Sent;

/// A request as it was sent last.
#[derive(Clone)]
pub struct SentRequest {
    pub(crate) method: Method,
    pub(crate) url: Url,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Option<Bytes>,
}

impl SentRequest {
    /// The HTTP method.
    #[must_use]
    pub fn method(&self) -> &Method {
        &self.method
    }

    /// The address, query included.
    #[must_use]
    pub fn url(&self) -> &str {
        self.url.as_str()
    }

    /// The headers, but for those that the HTTP client adds. They hold the API key.
    #[must_use]
    pub fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// The body. It may hold secrets.
    #[must_use]
    pub fn body(&self) -> Option<&Bytes> {
        self.body.as_ref()
    }
}

impl fmt::Debug for SentRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // A query may hold anything.
        write!(
            f,
            "SentRequest({} {} with {})",
            self.method,
            self.url.path(),
            Sent(&self.headers)
        )
    }
}
