//! A call: what is sent, what came of it, and the attempts in between.

use std::future::{Future, IntoFuture};
use std::marker::PhantomData;
use std::pin::Pin;
use std::time::{Duration, Instant};

use bytes::Bytes;
use http::header::HeaderValue;
use http::{HeaderMap, Method};
use macro_rules_attribute::apply;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use url::Url;

use crate::headers::{self, RETRY_COUNT};
use crate::log::{Level, Redacted, write};
use crate::transport::{Failure, Incoming, Outgoing, exchange};
use crate::{Error, Headers, Kernel, Query, Response, arguments, query, retry};

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
    pub query: Query,
    /// Fields of the body beside, or instead of, those of the parameters.
    pub extra_body: Query,
    /// Seconds for one attempt; null for no limit.
    pub timeout: Option<Option<f64>>,
    /// Seconds for the whole call with all its attempts; null for no limit.
    pub total_timeout: Option<Option<f64>>,
    /// How often the request is sent again when it fails.
    pub max_retries: Option<i64>,
}

struct Request {
    method: Method,
    /// With `{name}` where an argument goes.
    path: &'static str,
    arguments: Vec<(&'static str, String)>,
    options: CallOptions,
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
    /// All parameters at once.
    pub fn params(mut self, params: P) -> Self {
        self.params = params;
        self
    }

    /// All options at once.
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

/// A call with everything checked: from here on things only go wrong on the network.
struct Plan {
    method: Method,
    url: Url,
    headers: HeaderMap,
    /// Whether the client counts the attempts in a header, or the caller has a say in that.
    counts: bool,
    body: Bytes,
    timeout: Option<Duration>,
    deadline: Option<Instant>,
    max_retries: u32,
}

impl Plan {
    fn new(
        client: &Kernel,
        request: Request,
        body: Bytes,
        started: Instant,
    ) -> Result<Self, Error> {
        let settings = client.settings();
        let Request {
            method,
            path,
            arguments,
            options,
        } = request;
        let url = url(client, path, &arguments, &options.query)?;
        let refuse = |option: &'static str| {
            let named = settings.language.option(option);
            move |rule: &str| Error::invalid_argument(option, format!("`{named}` {rule}."))
        };
        let seconds =
            |option: &'static str| move |value| arguments::seconds(value).map_err(refuse(option));
        let timeout = match options.timeout {
            Some(timeout) => timeout.map(seconds("timeout")).transpose()?,
            None => settings.timeout,
        };
        let total = match options.total_timeout {
            Some(timeout) => timeout.map(seconds("total_timeout")).transpose()?,
            None => settings.total_timeout,
        };
        let max_retries = match options.max_retries {
            Some(retries) => arguments::retries(retries).map_err(refuse("max_retries"))?,
            None => settings.max_retries,
        };
        let own = headers::parse(&options.headers, |rule| {
            Error::invalid_argument("headers", format!("`headers`: {rule}."))
        })?;
        let mut headers = client.headers().clone();
        headers::of_request(&mut headers, true, timeout);
        headers::apply(&mut headers, &settings.default_headers);
        headers::apply(&mut headers, &own);
        let counts = !settings
            .default_headers
            .iter()
            .chain(&own)
            .any(|(name, _)| *name == RETRY_COUNT);
        // A deadline beyond what the clock can hold is none.
        let deadline = total.and_then(|total| started.checked_add(total));
        Ok(Self {
            method,
            url,
            headers,
            counts,
            body,
            timeout,
            deadline,
            max_retries,
        })
    }

    /// Attempts until one succeeds, none is left, or none is worth it.
    async fn run(&self, client: &Kernel) -> Result<(Incoming, u32), Error> {
        let limit = client.settings().log;
        let mut attempt = 0;
        loop {
            let failed = match self.attempt(client, attempt).await {
                Ok(answer) if answer.status.is_success() => return Ok((answer, attempt)),
                failed => failed,
            };
            let may_retry = match &failed {
                Ok(answer) => retry::is_worth_it(answer.status.as_u16(), &answer.headers),
                Err(Failure::NoAnswer { may_retry, .. }) => *may_retry,
                // The API may have done what was asked: only what changes nothing is asked again.
                Err(Failure::CutShort { .. }) => self.method.is_safe(),
                Err(Failure::TimedOut { .. }) => true,
                Err(Failure::TooLarge { .. }) => false,
            };
            let wait = retry::delay(attempt, failed.as_ref().ok().map(|answer| &answer.headers));
            let fits = self
                .deadline
                .is_none_or(|deadline| Instant::now() + wait < deadline);
            if !may_retry || attempt == self.max_retries || !fits {
                return Err(into_error(failed).with_retries_taken(attempt));
            }
            attempt += 1;
            write(
                limit,
                Level::Info,
                format_args!(
                    "{} {} again in {wait:.1?}, {} attempts left",
                    self.method,
                    self.url.path(),
                    self.max_retries - attempt + 1,
                ),
            );
            tokio::time::sleep(wait).await;
        }
    }

    async fn attempt(&self, client: &Kernel, attempt: u32) -> Result<Incoming, Failure> {
        let settings = client.settings();
        let mut headers = self.headers.clone();
        if self.counts {
            headers.insert(RETRY_COUNT, HeaderValue::from(attempt));
        }
        let path = self.url.path();
        write(
            settings.log,
            Level::Debug,
            format_args!("{} {path} with {}", self.method, Redacted(&headers)),
        );
        // Not on the attempt's time: the first of a client takes a while to make.
        let ready = client.http().ready()?;
        let started = Instant::now();
        let request = Outgoing {
            method: self.method.clone(),
            url: self.url.clone(),
            headers,
            body: Some(self.body.clone()),
        };
        let exchange = exchange(ready, request, settings.max_response_bytes);
        let remaining = self
            .deadline
            .map(|deadline| deadline.saturating_duration_since(started));
        let limit = self.timeout.into_iter().chain(remaining).min();
        let outcome = match limit {
            None => exchange.await,
            Some(limit) => tokio::time::timeout(limit, exchange)
                .await
                .unwrap_or_else(|_| {
                    Err(Failure::TimedOut {
                        reason: format!("No whole answer within {limit:.1?}."),
                    })
                }),
        };
        self.report(settings.log, &outcome, started.elapsed());
        outcome
    }

    fn report(&self, limit: Level, outcome: &Result<Incoming, Failure>, took: Duration) {
        let path = self.url.path();
        match outcome {
            Ok(Incoming {
                status, headers, ..
            }) => {
                let id = crate::response::request_id(headers).unwrap_or("none");
                write(
                    limit,
                    Level::Info,
                    format_args!(
                        "{} {path}: {status} after {took:.1?}, request id {id}",
                        self.method
                    ),
                );
                write(
                    limit,
                    Level::Debug,
                    format_args!("answered with {}", Redacted(headers)),
                );
            }
            Err(
                Failure::NoAnswer { reason, .. }
                | Failure::CutShort { reason, .. }
                | Failure::TimedOut { reason },
            ) => {
                write(
                    limit,
                    Level::Info,
                    format_args!(
                        "{} {path}: no answer after {took:.1?}: {reason}",
                        self.method
                    ),
                );
            }
            Err(Failure::TooLarge { limit: bytes }) => {
                write(
                    limit,
                    Level::Info,
                    format_args!(
                        "{} {path}: more than {bytes} bytes after {took:.1?}",
                        self.method
                    ),
                );
            }
        }
    }
}

/// The base's address with the path and the query of a call. Both are encoded already, so the parser is not
/// asked again for what does not change.
fn url(
    client: &Kernel,
    path: &str,
    arguments: &[(&'static str, String)],
    own: &Query,
) -> Result<Url, Error> {
    let base = client.base();
    let mut whole = String::with_capacity(base.path().len() + path.len() + 32);
    whole.push_str(base.path().trim_end_matches('/'));
    for part in path.split('/').filter(|part| !part.is_empty()) {
        whole.push('/');
        match part
            .strip_prefix('{')
            .and_then(|part| part.strip_suffix('}'))
        {
            None => whole.push_str(part),
            Some(name) => {
                let value = arguments
                    .iter()
                    .find(|(argument, _)| *argument == name)
                    .map(|(_, value)| value.as_str());
                query::push_segment(
                    &mut whole,
                    arguments::segment(name, value.unwrap_or_default())?,
                );
            }
        }
    }
    let mut url = base.clone();
    url.set_path(&whole);
    let query = query::encode(&client.settings().default_query.0, &own.0);
    if !query.is_empty() {
        url.set_query(Some(&query));
    }
    Ok(url)
}

fn into_error(failed: Result<Incoming, Failure>) -> Error {
    match failed {
        Ok(Incoming {
            status,
            headers,
            body,
        }) => Error::status(status.as_u16(), headers, body),
        Err(Failure::NoAnswer { reason, source, .. }) => Error::connection(reason, source),
        Err(Failure::CutShort { reason, source }) => Error::connection(reason, Some(source)),
        Err(Failure::TimedOut { reason }) => Error::timeout(reason),
        Err(Failure::TooLarge { limit }) => Error::too_large(limit),
    }
}

/// The model, or what is wrong with the body. The body's content stays out of the text.
fn decode<T: DeserializeOwned>(body: &[u8]) -> Result<T, String> {
    let error = match serde_json::from_slice(body) {
        Ok(data) => return Ok(data),
        Err(error) => error,
    };
    if !error.is_data() {
        return Err(format!(
            "its body is not JSON at line {}, column {}",
            error.line(),
            error.column()
        ));
    }
    // Only a failure pays for the path to what is wrong.
    let mut input = serde_json::Deserializer::from_slice(body);
    let Err(error) = serde_path_to_error::deserialize::<_, T>(&mut input) else {
        return Err("its body does not fit".to_owned());
    };
    let (path, rule) = arguments::explain(&error.path().to_string(), &error.inner().to_string());
    Err(if path.is_empty() {
        format!("its body {rule}")
    } else {
        format!("`{path}` of its body {rule}")
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::models::LoginResponse;

    /// An answer that is right but for one field, which holds `value`.
    fn answer(field: &str, value: &Value) -> String {
        let mut fields = serde_json::json!({
            "id": "ma_1",
            "flow_type": "LOGIN",
            "hosted_url": "https://host/login",
            "flow_expires_at": "2026-11-05T20:00:00Z",
            "handoff_code": "code",
            "live_view_url": "https://host/live",
        });
        fields[field] = value.clone();
        fields.to_string()
    }

    fn json() -> impl Strategy<Value = Value> {
        let scalar = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<f64>().prop_map(Value::from),
            "hush-[a-z`,:. ]{0,20}".prop_map(Value::from),
        ];
        scalar.prop_recursive(3, 16, 4, |inner| {
            prop_oneof![
                proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                proptest::collection::vec(("[a-z]{1,6}", inner), 0..4)
                    .prop_map(|fields| Value::Object(fields.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn what_is_wrong_is_said_without_the_value(
            field in prop_oneof![
                Just("id"), Just("flow_type"), Just("hosted_url"), Just("flow_expires_at"),
                Just("handoff_code"), Just("live_view_url"), Just("new"),
            ],
            value in json(),
        ) {
            if let Err(what) = decode::<LoginResponse>(answer(field, &value).as_bytes()) {
                prop_assert!(what.starts_with(&format!("`{field}` of its body must be ")), "{}", what);
                prop_assert!(!what.contains("hush"), "{}", what);
            }
        }

        #[test]
        fn any_bytes_are_an_answer_or_an_error(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = decode::<LoginResponse>(&bytes);
        }

        #[test]
        fn an_answer_cut_anywhere_is_not_json(length in 0usize..100) {
            let whole = answer("id", &Value::from("ma_1"));
            let cut = whole.as_bytes().get(..length).expect("a part");
            let what = decode::<LoginResponse>(cut).expect_err("not JSON");
            prop_assert!(what.starts_with("its body is not JSON at line 1, column "), "{}", what);
        }
    }
}
