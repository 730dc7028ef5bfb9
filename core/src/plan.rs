//! A call that is under way: everything checked, then attempts until one counts.

use std::time::{Duration, Instant};

use bytes::Bytes;
use http::Method;
use url::Url;

use crate::call::Request;
use crate::headers::{self, Overrides};
use crate::log::{Level, Received, Sent, write};
use crate::response::request_id;
use crate::transport::{Failure, Incoming, Outgoing, Ready, exchange};
use crate::{Error, Kernel, address, arguments, retry};

/// A call with everything checked: from here on things only go wrong on the network.
pub(crate) struct Plan {
    method: Method,
    url: Url,
    /// Those of this call alone.
    headers: Overrides,
    body: Bytes,
    timeout: Option<Duration>,
    deadline: Option<Instant>,
    max_retries: u32,
}

impl Plan {
    pub(crate) fn new(
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
        let url = address::of(client, path, &arguments, &options.query)?;
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
        let headers = headers::parse(&options.headers, |rule| {
            Error::invalid_argument("headers", format!("`headers`: {rule}."))
        })?;
        // A deadline beyond what the clock can hold is none.
        let deadline = total.and_then(|total| started.checked_add(total));
        Ok(Self {
            method,
            url,
            headers,
            body,
            timeout,
            deadline,
            max_retries,
        })
    }

    /// Attempts until one succeeds, none is left, or none is worth it.
    pub(crate) async fn run(&self, client: &Kernel) -> Result<(Incoming, u32), Error> {
        let limit = client.settings().log;
        // Not on the time of an attempt: the first HTTP client of a process takes a while to make.
        let ready = client
            .http()
            .ready(limit)
            .map_err(|failure| into_error(Err(failure)))?;
        let mut attempt = 0;
        loop {
            let failed = match self.attempt(client, &ready, attempt).await {
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

    async fn attempt(
        &self,
        client: &Kernel,
        ready: &Ready,
        attempt: u32,
    ) -> Result<Incoming, Failure> {
        let settings = client.settings();
        let mut headers = client.headers().clone();
        headers::of_request(
            &mut headers,
            &settings.default_headers,
            self.timeout,
            attempt,
        );
        headers::apply(&mut headers, &self.headers);
        let path = self.url.path();
        write(
            settings.log,
            Level::Debug,
            format_args!("{} {path} with {}", self.method, Sent(&headers)),
        );
        let started = Instant::now();
        let request = Outgoing {
            method: self.method.clone(),
            url: self.url.clone(),
            headers,
            body: Some(self.body.clone()),
        };
        let own = self
            .timeout
            .and_then(|limit| Some((started.checked_add(limit)?, limit)));
        let whole = self
            .deadline
            .map(|end| (end, end.saturating_duration_since(started)));
        let end = own.into_iter().chain(whole).min();
        let outcome = exchange(ready, request, settings.max_response_bytes, end).await;
        self.report(settings.log, &outcome, started.elapsed());
        outcome
    }

    fn report(&self, limit: Level, outcome: &Result<Incoming, Failure>, took: Duration) {
        let path = self.url.path();
        match outcome {
            Ok(Incoming {
                status, headers, ..
            }) => {
                let id = request_id(headers).unwrap_or("none");
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
                    format_args!("answered with {}", Received(headers)),
                );
            }
            Err(
                Failure::NoAnswer { reason, .. }
                | Failure::CutShort { reason }
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
            Err(Failure::TooLarge { limit: bytes, .. }) => {
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

fn into_error(failed: Result<Incoming, Failure>) -> Error {
    match failed {
        Ok(Incoming {
            status,
            headers,
            body,
        }) => Error::status(status.as_u16(), headers, body),
        Err(Failure::NoAnswer { reason, .. } | Failure::CutShort { reason }) => {
            Error::connection(reason)
        }
        Err(Failure::TimedOut { reason }) => Error::timeout(reason),
        Err(Failure::TooLarge {
            limit,
            status,
            headers,
        }) => Error::too_large(limit, status.as_u16(), headers),
    }
}
