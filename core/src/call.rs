//! A call as a program writes it: parameters and options, then the answer.

use std::collections::BTreeMap;
use std::fmt;
use std::future::{Future, IntoFuture};
use std::marker::PhantomData;
use std::pin::Pin;
use std::time::{Duration, Instant};

use bytes::Bytes;
use http::{HeaderValue, Method};
use macro_rules_attribute::apply;
use serde::Serialize;
use serde_json::{Map, Value};

use crate::answer::{Answer, Success};
use crate::lost::Recover;
use crate::models::NoParams;
use crate::plan::Plan;
use crate::transport::{Incoming, Source};
use crate::{Error, Events, Fields, Headers, Kernel, Response, Secret, Timeout, arguments};

/// A call that has not been sent. Awaiting it gives the answer; [`Call::send`] gives what came with it too.
///
/// Nothing leaves before it is awaited, and dropping the future stops the request.
#[must_use = "a call does nothing until it is awaited"]
pub struct Call<P, T> {
    client: Kernel,
    /// In a box, as a call is moved from hand to hand.
    request: Box<Request>,
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
    /// Seconds for one attempt, or its parts; null for no limit.
    pub timeout: Option<Option<Timeout>>,
    /// Seconds for the whole call with all its attempts, of a stream for opening it; null for no limit.
    pub total_timeout: Option<Option<f64>>,
    /// How often the request is sent again when it fails.
    pub max_retries: Option<i64>,
    /// Another HTTP method than the call's own.
    pub method: Option<String>,
    /// Another path than the call's own, added to the base URL; or a whole URL.
    pub path: Option<String>,
    /// Another body than the call's own, as JSON.
    pub body: Option<Value>,
    /// Where the API is, for a client that was given no base URL.
    pub default_base_url: Option<String>,
    /// Whether redirects are followed, of a request that changes nothing. Default true.
    pub follow_redirects: Option<bool>,
    /// Of a stream: whether it is opened again when it breaks off. Default true.
    pub reconnect: Option<bool>,
    /// Of a stream: seconds it may be silent; null for no limit. Default 60.
    pub idle_timeout: Option<Option<f64>>,
}

impl CallOptions {
    /// Refuses what changes one request, for what is made of several.
    pub(crate) fn for_several(&self) -> Result<(), Error> {
        let given = [
            ("method", self.method.is_some()),
            ("path", self.path.is_some()),
            ("body", self.body.is_some()),
        ];
        match given.into_iter().find(|(_, is_given)| *is_given) {
            Some((name, _)) => Err(Error::invalid_argument(
                name,
                format!(
                    "`{name}` must not be given: it is for one request, and a login makes several."
                ),
            )),
            None => Ok(()),
        }
    }
}

/// A request that has not been sent.
#[cfg(feature = "host")]
pub struct Prepared {
    /// What would be sent.
    pub request: crate::SentRequest,
    /// How long an attempt may take.
    pub timeout: Option<Duration>,
}

/// What a call is made of.
#[derive(Clone)]
pub(crate) struct Request {
    pub(crate) method: Method,
    pub(crate) path: Path,
    pub(crate) arguments: Vec<(&'static str, String)>,
    pub(crate) options: CallOptions,
    /// Arguments that go into the body: the field there, the argument, its value.
    pub(crate) fields: Vec<(&'static str, &'static str, Secret)>,
    /// The parameters of a call that has them in its address.
    pub(crate) query: Map<String, Value>,
    /// The parameters of a call that sends them.
    pub(crate) body: Option<Bytes>,
    pub(crate) content: Content,
    /// Headers of the program's own context, such as that of a trace.
    pub(crate) context: Result<Headers, Source>,
    /// What the answer may be, where that is not JSON.
    pub(crate) accept: Option<HeaderValue>,
    /// Whether the key stays at home.
    pub(crate) anonymous: bool,
    /// What to make of a conflict with something that a lost answer was about.
    pub(crate) recover: Option<Recover>,
}

/// Where a call goes.
#[derive(Clone)]
pub(crate) enum Path {
    /// With `{name}` where an argument goes.
    Template(&'static str),
    /// As the caller gave it.
    Free(String),
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Template(path) => f.write_str(path),
            // A query may hold anything.
            Self::Free(path) => f.write_str(path.split(['?', '#']).next().unwrap_or_default()),
        }
    }
}

/// What a call sends.
#[derive(Clone)]
pub(crate) enum Content {
    /// Its parameters, where its method has a body.
    Params,
    Nothing,
    /// This JSON.
    Json(Bytes),
    /// This, whatever it is.
    Raw(Bytes),
}

impl<P, T> Call<P, T> {
    pub(crate) fn with(client: Kernel, method: Method, path: Path, params: P) -> Self {
        let request = Request {
            context: client.context(),
            content: Content::Params,
            method,
            path,
            arguments: Vec::new(),
            options: CallOptions::default(),
            fields: Vec::new(),
            query: Map::new(),
            body: None,
            accept: None,
            anonymous: false,
            recover: None,
        };
        Self {
            client,
            request: Box::new(request),
            params,
            answer: PhantomData,
        }
    }

    /// Fills `{name}` of the path.
    pub(crate) fn path(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.request.arguments.push((name, value.into()));
        self
    }

    /// Asks for something else than JSON.
    pub(crate) fn accept(mut self, media_type: &'static str) -> Self {
        self.request.accept = Some(HeaderValue::from_static(media_type));
        self
    }

    /// Sends this in place of the parameters.
    pub(crate) fn content(mut self, content: Content) -> Self {
        self.request.content = content;
        self
    }

    /// Leaves the key out.
    pub(crate) fn anonymous(mut self) -> Self {
        self.request.anonymous = true;
        self
    }

    /// Looks further when the answer was lost and the next one is a conflict.
    pub(crate) fn recover(mut self, recover: Recover) -> Self {
        self.request.recover = Some(recover);
        self
    }
}

impl<T> Call<NoParams, T> {
    /// The same request once more, all its parameters in it.
    pub(crate) fn again(client: Kernel, request: Box<Request>) -> Self {
        Self {
            client,
            request,
            params: NoParams::default(),
            answer: PhantomData,
        }
    }

    /// Sends what the caller gave as `argument` in the body, as `field`.
    pub(crate) fn field(
        mut self,
        field: &'static str,
        argument: &'static str,
        value: Secret,
    ) -> Self {
        self.request.fields.push((field, argument, value));
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
    pub fn extra_query(mut self, name: impl Into<String>, value: impl Into<Value>) -> Self {
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
        self.request.options.timeout = Some(Some(limit.as_secs_f64().into()));
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

    /// Takes a redirect for the failure that it is for a request that changes something.
    pub fn without_redirects(mut self) -> Self {
        self.request.options.follow_redirects = Some(false);
        self
    }
}

impl<P> Call<P, Events> {
    /// Ends the stream where it breaks off or the API ends it, instead of opening it again.
    pub fn without_reconnect(mut self) -> Self {
        self.request.options.reconnect = Some(false);
        self
    }

    /// Limits how long the stream may be silent.
    pub fn idle_timeout(mut self, limit: Duration) -> Self {
        self.request.options.idle_timeout = Some(Some(limit.as_secs_f64()));
        self
    }

    /// No limit for its silence.
    pub fn no_idle_timeout(mut self) -> Self {
        self.request.options.idle_timeout = Some(None);
        self
    }
}

impl<P: Serialize, T: Answer> Call<P, T> {
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
        let (success, retries_taken) = self.ready()?.perform(started, T::WHOLE).await?;
        Response::of(success, retries_taken, started.elapsed())
    }

    /// The call with its parameters where it has them.
    pub(crate) fn ready(mut self) -> Result<ReadyCall, Error> {
        self.request.take(&self.params)?;
        Ok(ReadyCall {
            client: self.client,
            request: self.request,
        })
    }

    /// The same call with an answer of another kind.
    #[cfg(feature = "host")]
    pub(crate) fn giving<A>(self) -> Call<P, A> {
        Call {
            client: self.client,
            request: self.request,
            params: self.params,
            answer: PhantomData,
        }
    }

    /// The request as it would be sent, after so many attempts.
    #[cfg(feature = "host")]
    pub(crate) fn prepared(mut self, attempt: u32) -> Result<Prepared, Error> {
        self.request.take(&self.params)?;
        let plan = Plan::new(&self.client, self.request, Instant::now())?;
        Ok(Prepared {
            request: plan.sent(&self.client, attempt),
            timeout: plan.attempt_limit(),
        })
    }
}

/// What is left of a call when its parameters are written: one kind of future does for all of them, and a smaller one.
pub(crate) struct ReadyCall {
    client: Kernel,
    request: Box<Request>,
}

impl ReadyCall {
    /// Sends the request; the body of the answer is read if `whole`.
    pub(crate) async fn perform(
        self,
        started: Instant,
        whole: bool,
    ) -> Result<(Success, u32), Error> {
        let Self { client, request } = self;
        let plan = Box::new(Plan::new(&client, request, started)?);
        let (answer, retries_taken) = match plan.run(&client, whole, 0).await {
            Ok(answered) => answered,
            Err(failed) => {
                failed
                    .recover(&client, &plan.request, started, plan.deadline)
                    .await?
            }
        };
        let Incoming {
            status,
            headers,
            body,
            unread,
        } = answer;
        let success = Success {
            client,
            plan,
            status,
            headers,
            body,
            unread,
        };
        Ok((success, retries_taken))
    }
}

impl Request {
    /// Has the options take the place of what is the call's own.
    fn give_way(&mut self) -> Result<(), Error> {
        let options = &mut self.options;
        if let Some(name) = options.method.take() {
            self.method = method(&name)?;
        }
        if let Some(path) = options.path.take() {
            self.path = Path::Free(path);
        }
        if let Some(body) = options.body.take() {
            self.content = Content::Json(body.to_string().into());
        }
        Ok(())
    }

    /// Puts the parameters where the call has them: into its address, or into its body.
    fn take(&mut self, params: &impl Serialize) -> Result<(), Error> {
        self.give_way()?;
        let refuse =
            |error: serde_json::Error| Error::invalid_argument("params", error.to_string());
        let extra = &self.options.extra_body.0;
        let has_body = self.method != Method::GET && !matches!(self.content, Content::Raw(_));
        if !extra.is_empty() && !has_body {
            return Err(Error::invalid_argument(
                "extra_body",
                "`extra_body` must go with a call that sends JSON; this one sends none.",
            ));
        }
        match &self.content {
            Content::Nothing => {}
            Content::Json(body) | Content::Raw(body) => self.body = Some(body.clone()),
            Content::Params if self.method == Method::GET || self.method == Method::DELETE => {
                if let Value::Object(fields) = serde_json::to_value(params).map_err(refuse)? {
                    self.query.extend(fields);
                }
            }
            Content::Params if self.fields.is_empty() => {
                self.body = Some(serde_json::to_vec(params).map_err(refuse)?.into());
            }
            Content::Params => {
                let mut body = BTreeMap::new();
                for (field, argument, value) in &self.fields {
                    arguments::given(argument, value.expose())?;
                    body.insert(field, value);
                }
                self.body = Some(serde_json::to_vec(&body).map_err(refuse)?.into());
                // The body has these secrets now: an answer keeps its request, and need not keep them twice.
                self.fields.clear();
            }
        }
        if !extra.is_empty() {
            let body = self.body.take().unwrap_or_default();
            let mut fields: Map<String, Value> = if body.is_empty() {
                Map::new()
            } else {
                serde_json::from_slice(&body).map_err(|_| {
                    Error::invalid_argument(
                        "extra_body",
                        "`extra_body` must go with a body that is an object; this one is not.",
                    )
                })?
            };
            fields.extend(extra.clone());
            self.body = Some(serde_json::to_vec(&fields).map_err(refuse)?.into());
        }
        Ok(())
    }
}

/// A method of HTTP by its name, whatever its case.
pub(crate) fn method(name: &str) -> Result<Method, Error> {
    let method = Method::from_bytes(name.to_ascii_uppercase().as_bytes());
    method.map_err(|_| Error::invalid_argument("method", "`method` must be an HTTP method."))
}

impl<P, T> IntoFuture for Call<P, T>
where
    P: Serialize + Send + 'static,
    T: Answer,
{
    type Output = Result<T, Error>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send>>;

    fn into_future(self) -> Self::IntoFuture {
        let ready = self.ready();
        Box::pin(async {
            let started = Instant::now();
            let (mut success, retries_taken) = ready?.perform(started, T::WHOLE).await?;
            T::of(&mut success).map_err(|error| error.with_retries_taken(retries_taken))
        })
    }
}

impl<P: Clone, T> Clone for Call<P, T> {
    fn clone(&self) -> Self {
        Self {
            client: self.client.clone(),
            request: self.request.clone(),
            params: self.params.clone(),
            answer: PhantomData,
        }
    }
}

impl<P, T> fmt::Debug for Call<P, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Call({} {})", self.request.method, self.request.path)
    }
}
