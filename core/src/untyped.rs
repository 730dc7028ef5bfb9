//! Calls of paths that this version has no method for.

use bytes::Bytes;
use http::Method;
use serde_json::Value;

use crate::answer::{Answer, Model};
use crate::call::{Content, Path};
use crate::models::NoParams;
use crate::{Call, Events, Kernel};

impl Kernel {
    /// A call of a path that this version has no method for, with everything a call has: retries, time limits, errors.
    ///
    /// The path is added to the base URL; it may have a query. A whole URL is taken as it is; to another origin than
    /// the base URL's goes no key and no cookie. `T` is a model, a [`Value`], `()` for what
    /// [`crate::Response::body`] gives, [`crate::Page`] or [`crate::Events`].
    pub fn request<T: Answer>(&self, method: Method, path: impl Into<String>) -> Call<NoParams, T> {
        let path = Path::Free(path.into());
        Call::with(self.clone(), method, path, NoParams::default()).content(Content::Nothing)
    }
}

impl<T> Call<NoParams, T> {
    /// Of [`Kernel::request`]: the body, as JSON.
    pub fn json(self, body: &Value) -> Self {
        self.content(Content::Json(body.to_string().into()))
    }

    /// Of [`Kernel::request`]: the body as it is. Its `Content-Type` is the caller's to set.
    pub fn bytes(self, body: impl Into<Bytes>) -> Self {
        self.content(Content::Raw(body.into()))
    }
}

impl Call<NoParams, Events> {
    /// Of [`Kernel::request`]: asks for events.
    pub fn accept_events(self) -> Self {
        self.accept("text/event-stream")
    }
}

impl Model for Value {}

/// A body of any kind, for a language that decodes it by itself.
#[cfg(feature = "host")]
pub struct Anything {
    /// Whether it is JSON, as the answer says and the body is.
    pub is_json: bool,
}

#[cfg(feature = "host")]
impl Answer for Anything {
    fn of(success: &mut crate::answer::Success) -> Result<Self, crate::Error> {
        let media_type = success.headers.get(http::header::CONTENT_TYPE);
        let media_type = media_type.and_then(|media_type| media_type.to_str().ok());
        let media_type = media_type.unwrap_or_default().to_ascii_lowercase();
        let media_type = media_type.split(';').next().unwrap_or_default().trim();
        let is_json = media_type == "application/json" || media_type.ends_with("+json");
        if is_json && !success.body.is_empty() {
            success.decode(crate::response::decode::<serde::de::IgnoredAny>)?;
        }
        Ok(Self { is_json })
    }
}
