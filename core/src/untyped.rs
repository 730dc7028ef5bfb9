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
