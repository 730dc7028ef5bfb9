//! A call that is under way: everything checked, then attempts until one counts.

use std::time::{Duration, Instant};

use http::{HeaderMap, header};

use crate::address::{self, Address};
use crate::call::{Content, Request};
use crate::headers::{self, Overrides};
use crate::log::{Level, Log, Received, Sent, Since};
use crate::response::request_id;
use crate::settings::Settings;
use crate::timeout::Limits;
use crate::transport::{Failure, Incoming, Outgoing, Reading, Ready, exchange};
use crate::{Error, Kernel, SentRequest, arguments, retry};

/// A call with everything checked: from here on things only go wrong on the network.
#[derive(Clone)]
pub(crate) struct Plan {
    pub(crate) request: Box<Request>,
    address: Address,
    /// Those of this call alone.
    headers: Overrides,
    /// Whether it goes to another origin than the API's, which must not learn what the API's is told.
    is_elsewhere: bool,
    /// Whether it is the client that says what the body is.
    names_body: bool,
    limits: Limits,
    pub(crate) deadline: Option<Instant>,
    pub(crate) max_retries: u32,
    follows_redirects: bool,
    pub(crate) reconnect: bool,
    pub(crate) idle_timeout: Option<Duration>,
}

/// No attempt succeeded.
pub(crate) struct Failed {
    pub(crate) error: Error,
    /// Whether an attempt before the last one may have done what was asked.
    pub(crate) may_be_done: bool,
}

/// How many redirects are followed.
const HOPS: usize = 10;

impl Plan {
    pub(crate) fn new(
        client: &Kernel,
        request: Box<Request>,
        started: Instant,
    ) -> Result<Self, Error> {
        let settings = client.settings();
        let options = &request.options;
        let (address, is_elsewhere) = address::of(client, &request)?;
        let refuse = |option: &'static str| {
            let named = settings.language.option(option);
            move |rule: &str| Error::invalid_argument(option, format!("`{named}` {rule}."))
        };
        let seconds =
            |option: &'static str| move |value| arguments::seconds(value).map_err(refuse(option));
        let limits = match options.timeout {
            Some(timeout) => settings.limits.with(timeout),
            None => Ok(settings.limits),
        };
        let limits = limits.map_err(|rule| refuse("timeout")(&rule))?;
        let total = match options.total_timeout {
            Some(timeout) => timeout.map(seconds("total_timeout")).transpose()?,
            None => settings.total_timeout,
        };
        let max_retries = match options.max_retries {
            Some(retries) => arguments::retries(retries).map_err(refuse("max_retries"))?,
            None => settings.max_retries,
        };
        let idle_timeout = match options.idle_timeout {
            Some(timeout) => timeout.map(seconds("idle_timeout")).transpose()?,
            None => settings.idle_timeout,
        };
        let headers = headers::parse(&options.headers, |rule| {
            Error::invalid_argument("headers", format!("`headers`: {rule}."))
        })?;
        let context = request.context.as_ref().map_err(|source| {
            Error::handler("The hook for the headers of a call failed.", source.clone())
        })?;
        let mut all = headers::parse(context, |rule| {
            Error::invalid_argument("propagate", format!("`propagate`: {rule}."))
        })?;
        all.extend(headers);
        if matches!(request.content, Content::Json(_)) && headers::name_a_form(&all) {
            return Err(Error::invalid_argument(
                "body",
                "`body` must not be JSON where the `Content-Type` is that of a form.",
            ));
        }
        // A deadline beyond what the clock can hold is none.
        let deadline = total.and_then(|total| started.checked_add(total));
        Ok(Self {
            is_elsewhere,
            names_body: request.body.is_some() && !matches!(request.content, Content::Raw(_)),
            address,
            headers: all,
            limits,
            deadline,
            max_retries,
            follows_redirects: request.method.is_safe() && options.follow_redirects.unwrap_or(true),
            reconnect: options.reconnect.unwrap_or(true),
            idle_timeout,
            request,
        })
    }

    /// How long an attempt may take.
    #[cfg(feature = "host")]
    pub(crate) fn attempt_limit(&self) -> Option<Duration> {
        self.limits.attempt
    }

    /// The same without a limit for the whole of it.
    pub(crate) fn without_deadline(mut self) -> Self {
        self.deadline = None;
        self
    }

    /// Attempts until one succeeds, none is left, or none is worth it; `attempt` of them have been made. The body is
    /// read if `whole`.
    pub(crate) async fn run(
        &self,
        client: &Kernel,
        whole: bool,
        mut attempt: u32,
    ) -> Result<(Incoming, u32), Failed> {
        let log = &client.settings().log;
        let mut may_be_done = false;
        // Not on the time of an attempt: the first HTTP client of a process takes a while to make.
        let http = client.http().connecting_within(self.limits.connect);
        let ready = http
            .ready(self.address.server(), log)
            .map_err(|failure| Failed {
                error: into_error(Err(failure)),
                may_be_done,
            })?;
        loop {
            let failed = match self.attempt(client, &ready, whole, attempt).await {
                Ok(answer) if answer.status.is_success() => return Ok((answer, attempt)),
                failed => failed,
            };
            let may_retry = match &failed {
                Ok(answer) => retry::is_worth_it(answer.status.as_u16(), &answer.headers),
                Err(Failure::NoAnswer { may_retry, .. }) => *may_retry,
                // The API may have done what was asked: only what changes nothing is asked again.
                Err(Failure::CutShort { may_retry, .. }) => {
                    *may_retry && self.request.method.is_safe()
                }
                Err(Failure::TimedOut { .. }) => true,
                Err(Failure::TooLarge { .. }) => false,
            };
            let sent = matches!(
                &failed,
                Err(Failure::NoAnswer { sent: true, .. } | Failure::TimedOut { sent: true, .. })
            );
            let wait = retry::delay(attempt, failed.as_ref().ok().map(|answer| &answer.headers));
            let fits = self
                .deadline
                .is_none_or(|deadline| Instant::now() + wait < deadline);
            if !may_retry || attempt >= self.max_retries || !fits {
                let error = into_error(failed).with_retries_taken(attempt);
                let error = error.with_request(self.sent(client, attempt));
                return Err(Failed { error, may_be_done });
            }
            may_be_done |= sent;
            attempt += 1;
            log.write(
                Level::Info,
                format_args!(
                    "{} {} again in {wait:.1?}, {} attempts left",
                    self.request.method,
                    self.address.path(),
                    self.max_retries - attempt + 1,
                ),
            );
            tokio::time::sleep(wait).await;
        }
    }

    async fn attempt(
        &self,
        client: &Kernel,
        ready: &Ready,
        whole: bool,
        attempt: u32,
    ) -> Result<Incoming, Failure> {
        let settings = client.settings();
        let headers = self.headers(client, attempt);
        settings.log.write(
            Level::Debug,
            format_args!(
                "{} {} with {}",
                self.request.method,
                self.address.path(),
                Sent(&headers)
            ),
        );
        let started = Instant::now();
        let limit = self
            .limits
            .attempt
            .and_then(|limit| Some((started.checked_add(limit)?, limit)));
        let total = self
            .deadline
            .map(|end| (end, end.saturating_duration_since(started)));
        let end = limit.into_iter().chain(total).min();
        let mut request = Outgoing {
            method: self.request.method.clone(),
            address: self.address.clone(),
            headers,
            body: self.request.body.clone(),
        };
        let reading = if whole {
            Reading::Whole
        } else {
            Reading::Later(self.idle_timeout)
        };
        let mut from = None;
        let mut is_elsewhere = false;
        for _ in 0..HOPS {
            let outcome = exchange(ready, request, reading, settings.max_response_bytes, end).await;
            self.report(&settings.log, &outcome, &Since(started));
            let at = from.as_ref().unwrap_or(&self.address);
            let next = outcome
                .as_ref()
                .ok()
                .and_then(|answer| self.redirect(at, answer));
            let Some(next) = next else {
                return outcome;
            };
            let mut headers = self.headers(client, attempt);
            is_elsewhere |= next.server().origin() != self.address.server().origin();
            if is_elsewhere {
                headers::forget_secrets(&mut headers);
            }
            request = Outgoing {
                method: self.request.method.clone(),
                address: next.clone(),
                headers,
                body: self.request.body.clone(),
            };
            from = Some(next);
        }
        exchange(ready, request, reading, settings.max_response_bytes, end).await
    }

    /// The request as this attempt sends it.
    pub(crate) fn sent(&self, client: &Kernel, attempt: u32) -> SentRequest {
        SentRequest {
            method: self.request.method.clone(),
            url: self.address.to_url(),
            headers: self.headers(client, attempt),
            body: self.request.body.clone(),
        }
    }

    /// Those of one attempt.
    fn headers(&self, client: &Kernel, attempt: u32) -> HeaderMap {
        let mut headers = client.first_headers().clone();
        if self.is_elsewhere {
            headers::forget_secrets(&mut headers);
        } else if self.request.anonymous {
            headers::forget_caller(&mut headers);
        }
        let Settings {
            default_headers,
            limits,
            ..
        } = client.settings();
        headers::of_content(
            &mut headers,
            default_headers,
            self.request.accept.as_ref(),
            self.names_body,
        );
        let limit = self.limits.attempt;
        if attempt > 0 || limit != limits.attempt {
            headers::of_attempt(&mut headers, default_headers, limit, attempt);
        }
        headers::apply(&mut headers, &self.headers);
        headers
    }

    /// Where an answer sends a request that changes nothing: within the same origin, or from https to https.
    fn redirect(&self, from: &Address, answer: &Incoming) -> Option<Address> {
        if !self.follows_redirects || !matches!(answer.status.as_u16(), 301 | 302 | 303 | 307 | 308)
        {
            return None;
        }
        let to = answer.headers.get(header::LOCATION)?.to_str().ok()?;
        let from = from.to_url();
        let to = from.join(to).ok()?;
        let stays_safe = from.scheme() == "https" && to.scheme() == "https";
        let may_follow = stays_safe || from.origin() == to.origin();
        may_follow.then_some(to)?.try_into().ok()
    }

    fn report(&self, log: &Log, outcome: &Result<Incoming, Failure>, took: &Since) {
        let path = self.address.path();
        match outcome {
            Ok(Incoming {
                status, headers, ..
            }) => {
                let id = request_id(headers).unwrap_or("none");
                log.write(
                    Level::Info,
                    format_args!(
                        "{} {path}: {status} after {took}, request id {id}",
                        self.request.method
                    ),
                );
                log.write(
                    Level::Debug,
                    format_args!("answered with {}", Received(headers)),
                );
            }
            Err(
                Failure::NoAnswer { reason, .. }
                | Failure::CutShort { reason, .. }
                | Failure::TimedOut { reason, .. },
            ) => {
                log.write(
                    Level::Info,
                    format_args!(
                        "{} {path}: no answer after {took}: {reason}",
                        self.request.method
                    ),
                );
            }
            Err(Failure::TooLarge { limit: bytes, .. }) => {
                log.write(
                    Level::Info,
                    format_args!(
                        "{} {path}: more than {bytes} bytes after {took}",
                        self.request.method
                    ),
                );
            }
        }
    }
}

fn into_error(failed: Result<Incoming, Failure>) -> Error {
    match failed {
        Ok(Incoming {
            status,
            headers,
            body,
            ..
        }) => Error::status(status.as_u16(), headers, body),
        Err(
            Failure::NoAnswer { reason, source, .. } | Failure::CutShort { reason, source, .. },
        ) => Error::connection(reason).caused_by(source),
        Err(Failure::TimedOut { reason, source, .. }) => Error::timeout(reason).caused_by(source),
        Err(Failure::TooLarge {
            limit,
            status,
            headers,
        }) => Error::too_large(limit, status.as_u16(), headers),
    }
}
