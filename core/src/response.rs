//! What came with an answer.

use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, StatusCode};

/// An answer and what came with it.
#[derive(Clone)]
#[non_exhaustive]
pub struct Response<T> {
    /// The answer itself.
    pub data: T,
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
    pub(crate) retries_taken: u32,
    pub(crate) elapsed: Duration,
}

impl<T> Response<T> {
    /// The answer by itself, and what came with it.
    #[must_use]
    pub fn into_parts(self) -> (T, Response<()>) {
        let Self {
            data,
            status,
            headers,
            body,
            retries_taken,
            elapsed,
        } = self;
        (
            data,
            Response {
                data: (),
                status,
                headers,
                body,
                retries_taken,
                elapsed,
            },
        )
    }

    /// The HTTP status.
    #[must_use]
    pub fn status_code(&self) -> u16 {
        self.status.as_u16()
    }

    /// The headers.
    #[must_use]
    pub fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// The id the API gave the request; support asks for it.
    #[must_use]
    pub fn request_id(&self) -> Option<&str> {
        request_id(&self.headers)
    }

    /// The body as it came. It may hold secrets.
    #[must_use]
    pub fn body(&self) -> &Bytes {
        &self.body
    }

    /// How often the request was sent again.
    #[must_use]
    pub fn retries_taken(&self) -> u32 {
        self.retries_taken
    }

    /// From the start of the call to its answer, waiting between attempts included.
    #[must_use]
    pub fn elapsed(&self) -> Duration {
        self.elapsed
    }
}

impl<T: std::fmt::Debug> std::fmt::Debug for Response<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Response")
            .field("data", &self.data)
            .field("status", &self.status_code())
            .field("request_id", &self.request_id())
            .field("retries_taken", &self.retries_taken)
            .finish_non_exhaustive()
    }
}

/// The request id, under the names that gateways in front of the API use too.
pub(crate) fn request_id(headers: &HeaderMap) -> Option<&str> {
    ["x-request-id", "request-id", "x-amzn-requestid", "cf-ray"]
        .iter()
        .find_map(|name| headers.get(*name)?.to_str().ok())
}
