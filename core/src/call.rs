//! A call as a program writes it: parameters and options, then the answer.

use std::future::{Future, IntoFuture};
use std::marker::PhantomData;
use std::pin::Pin;
use std::time::{Duration, Instant};

use bytes::Bytes;
use http::Method;
use macro_rules_attribute::apply;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::plan::Plan;
use crate::response::decode;
use crate::transport::Incoming;
use crate::{Error, Fields, Headers, Kernel, Response};

/// A call that has not been sent. Awaiting it gives the answer; [`Call::send`] gives what came with it too.
///
/// Nothing leaves before it is awaited, and dropping the future stops the request.
#[must_use = "a call does nothing until it is awaited"]
pub struct Call<P, T> {
    client: Kernel,
    request: Request,
    pub(crate) params: P,
    answer: PhantomData<fn() -> T>,
}

/// What one call changes for itself.
#[apply(options)]
pub struct CallOptions {
    /// Headers over those of the client; null removes one that would be sent.
    pub headers: Headers,
    /// Query parameters over those of the client.
    pub query: Fields,
    /// Fields of the body beside, or instead of, those of the parameters.
    pub extra_body: Fields,
    /// Seconds for one attempt; null for no limit.
    pub timeout: Option<Option<f64>>,
    /// Seconds for the whole call with all its attempts; null for no limit.
    pub total_timeout: Option<Option<f64>>,
    /// How often the request is sent again when it fails.
    pub max_retries: Option<i64>,
}

/// What a call is made of, apart from its parameters.
pub(crate) struct Request {
    pub(crate) method: Method,
    /// With `{name}` where an argument goes.
    pub(crate) path: &'static str,
    pub(crate) arguments: Vec<(&'static str, String)>,
    pub(crate) options: CallOptions,
}

impl<P: Default, T> Call<P, T> {
    pub(crate) fn new(client: Kernel, method: Method, path: &'static str) -> Self {
        let request = Request {
            method,
            path,
            arguments: Vec::new(),
            options: CallOptions::default(),
        };
        Self {
            client,
            request,
            params: P::default(),
            answer: PhantomData,
        }
    }

    /// Fills `{name}` of the path.
    pub(crate) fn path(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.request.arguments.push((name, value.into()));
        self
    }
}

impl<P, T> Call<P, T> {
    /// All parameters at once, in place of those set so far.
    pub fn params(mut self, params: P) -> Self {
        self.params = params;
        self
    }

    /// All options at once, in place of those set so far.
    pub fn options(mut self, options: CallOptions) -> Self {
        self.request.options = options;
        self
    }

    /// Sets a header of this request.
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.request
            .options
            .headers
            .0
            .insert(name.into(), Some(value.into()));
        self
    }

    /// Keeps a header out of this request that the client would send.
    pub fn without_header(mut self, name: impl Into<String>) -> Self {
        self.request.options.headers.0.insert(name.into(), None);
        self
    }

    /// Sets a query parameter of this request. Lists are joined by commas, null is left out.
    pub fn query(mut self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        self.request
            .options
            .query
            .0
            .insert(name.into(), value.into());
        self
    }

    /// Sets a field of the body that this version has no parameter for, or replaces one that it has.
    pub fn extra_body(mut self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        self.request
            .options
            .extra_body
            .0
            .insert(name.into(), value.into());
        self
    }

    /// Limits each attempt: connecting, headers and body.
    pub fn timeout(mut self, limit: Duration) -> Self {
        self.request.options.timeout = Some(Some(limit.as_secs_f64()));
        self
    }

    /// No limit for an attempt.
    pub fn no_timeout(mut self) -> Self {
        self.request.options.timeout = Some(None);
        self
    }

    /// No limit for the whole call.
    pub fn no_total_timeout(mut self) -> Self {
        self.request.options.total_timeout = Some(None);
        self
    }

    /// Limits the whole call with all its attempts.
    pub fn total_timeout(mut self, limit: Duration) -> Self {
        self.request.options.total_timeout = Some(Some(limit.as_secs_f64()));
        self
    }

    /// How often the request is sent again when it fails.
    pub fn max_retries(mut self, retries: u32) -> Self {
        self.request.options.max_retries = Some(retries.into());
        self
    }
}

impl<P: Serialize, T: DeserializeOwned> Call<P, T> {
    /// Sends the request and gives the answer with what came with it.
    ///
    /// # Errors
    ///
    /// Whatever [`crate::ErrorKind`] lists from `InvalidArgument` on.
    ///
    /// # Panics
    ///
    /// On a tokio runtime without timers (`enable_time`) or without I/O (`enable_io`).
    pub async fn send(self) -> Result<Response<T>, Error> {
        let started = Instant::now();
        let body = self.body()?;
        let plan = Plan::new(&self.client, self.request, body, started)?;
        let (answer, retries_taken) = plan.run(&self.client).await?;
        let Incoming {
            status,
            headers,
            body,
        } = answer;
        match decode(&body) {
            Ok(data) => Ok(Response {
                data,
                status,
                headers,
                body,
                retries_taken,
                elapsed: started.elapsed(),
            }),
            Err(what) => Err(
                Error::response_validation(&what, status.as_u16(), headers, body)
                    .with_retries_taken(retries_taken),
            ),
        }
    }

    fn body(&self) -> Result<Bytes, Error> {
        let extra = &self.request.options.extra_body.0;
        let written = if extra.is_empty() {
            serde_json::to_vec(&self.params)
        } else {
            serde_json::to_value(&self.params).and_then(|mut body| {
                if let Value::Object(fields) = &mut body {
                    fields.extend(extra.clone());
                }
                serde_json::to_vec(&body)
            })
        };
        written
            .map(Bytes::from)
            .map_err(|error| Error::invalid_argument("extra_body", error.to_string()))
    }
}

impl<P, T> IntoFuture for Call<P, T>
where
    P: Serialize + Send + 'static,
    T: DeserializeOwned + 'static,
{
    type Output = Result<T, Error>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async { Ok(self.send().await?.data) })
    }
}

impl<P, T> std::fmt::Debug for Call<P, T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Call({} {})", self.request.method, self.request.path)
    }
}
