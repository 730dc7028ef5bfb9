//! What a call can give.

use bytes::Bytes;
use http::{HeaderMap, StatusCode};
use serde::de::DeserializeOwned;

use crate::plan::Plan;
use crate::response::decode;
use crate::transport::Unread;
use crate::{Error, Kernel, SentRequest};

/// What a call can give: a model, nothing, a page, events, a session.
pub trait Answer: Sized + Send + 'static {
    /// Whether the body is read before the answer is given.
    #[doc(hidden)]
    const WHOLE: bool = true;

    /// The answer, made of a success.
    #[doc(hidden)]
    fn of(success: &mut Success) -> Result<Self, Error>;
}

/// A success, and what it answers.
pub struct Success {
    pub(crate) client: Kernel,
    pub(crate) plan: Box<Plan>,
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
    /// The body, where it was left unread.
    pub(crate) unread: Option<Unread>,
}

impl Success {
    /// What the body should be, which `read` makes of it.
    pub(crate) fn decode<T>(
        &self,
        read: impl FnOnce(&str, &[u8]) -> Result<T, String>,
    ) -> Result<T, Error> {
        read("its body", &self.body).map_err(|what| self.refuse(&what))
    }

    /// The request as its last attempt sent it.
    pub(crate) fn request_as_sent(&self, retries_taken: u32) -> SentRequest {
        self.plan.sent(&self.client, retries_taken)
    }

    /// The error of a success that is not as it should be.
    pub(crate) fn refuse(&self, what: &str) -> Error {
        Error::response_validation(
            what,
            self.status.as_u16(),
            self.headers.clone(),
            self.body.clone(),
        )
    }
}

/// An answer that is an object.
pub trait Model: DeserializeOwned + Send + 'static {
    /// The model that a text is, or what is wrong with it, which is `named` so.
    #[doc(hidden)]
    fn of_text(named: &str, text: &[u8]) -> Result<Self, String> {
        decode(named, text)
    }

    /// The list of such models that a text is; nothing where it is null.
    #[doc(hidden)]
    fn list_of_text(named: &str, text: &[u8]) -> Result<Option<Vec<Self>>, String> {
        decode(named, text)
    }
}

impl<T: Model> Answer for T {
    fn of(success: &mut Success) -> Result<Self, Error> {
        success.decode(T::of_text)
    }
}

impl Answer for () {
    fn of(_success: &mut Success) -> Result<Self, Error> {
        Ok(())
    }
}
