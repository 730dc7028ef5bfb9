//! An answer whose body is read as its caller likes.

use std::fmt;
use std::future::poll_fn;
use std::marker::PhantomData;
use std::time::{Duration, Instant};

use bytes::Bytes;
use http::HeaderMap;
use serde::Serialize;

use crate::answer::{Answer, Success};
use crate::response::request_id;
use crate::transport::Body;
use crate::{Call, Error, Response, SentRequest};

/// An answer whose body has not been read. Dropping it closes the connection.
///
/// The body may be silent for as long as a stream may (`idle_timeout`).
pub struct StreamingResponse<T> {
    success: Success,
    retries_taken: u32,
    elapsed: Duration,
    answer: PhantomData<fn() -> T>,
}

impl<P: Serialize, T: Answer> Call<P, T> {
    /// Sends the request and gives the head of its answer; the body is still to be read.
    ///
    /// # Errors
    ///
    /// Those of [`Call::send`] but for those of the body.
    ///
    /// # Panics
    ///
    /// As [`Call::send`].
    pub async fn send_streaming(self) -> Result<StreamingResponse<T>, Error> {
        let started = Instant::now();
        let (success, retries_taken) = self.ready()?.perform(started, false).await?;
        Ok(StreamingResponse {
            success,
            retries_taken,
            elapsed: started.elapsed(),
            answer: PhantomData,
        })
    }
}

impl<T: Answer> StreamingResponse<T> {
    /// The HTTP status.
    #[must_use]
    pub fn status_code(&self) -> u16 {
        self.success.status.as_u16()
    }

    /// The headers.
    #[must_use]
    pub fn headers(&self) -> &HeaderMap {
        &self.success.headers
    }

    /// The id the API gave the request; support asks for it.
    #[must_use]
    pub fn request_id(&self) -> Option<&str> {
        request_id(&self.success.headers)
    }

    /// How often the request was sent again.
    #[must_use]
    pub fn retries_taken(&self) -> u32 {
        self.retries_taken
    }

    /// From the start of the call to the head of its answer, waiting between attempts included.
    #[must_use]
    pub fn elapsed(&self) -> Duration {
        self.elapsed
    }

    /// The request as it was sent last.
    #[must_use]
    pub fn request(&self) -> SentRequest {
        self.success.request_as_sent(self.retries_taken)
    }

    /// The next piece of the body, decompressed; `None` at its end.
    ///
    /// # Errors
    ///
    /// [`crate::ErrorKind::Connection`] when it breaks off, [`crate::ErrorKind::Timeout`] when it is silent for too
    /// long.
    pub async fn chunk(&mut self) -> Result<Option<Bytes>, Error> {
        if !self.success.body.is_empty() {
            return Ok(Some(std::mem::take(&mut self.success.body)));
        }
        let Some(unread) = &mut self.success.unread else {
            return Ok(None);
        };
        let next = poll_fn(|context| unread.poll_chunk(context));
        let next = match self.success.plan.idle_timeout {
            Some(limit) => tokio::time::timeout(limit, next).await.map_err(|_| {
                Error::timeout(format!(
                    "The body of the answer was silent for {limit:.1?}."
                ))
            }),
            None => Ok(next.await),
        };
        let chunk = match next {
            Ok(Some(Ok(chunk))) => return Ok(Some(chunk)),
            Ok(None) => Ok(None),
            Ok(Some(Err(broken))) => Err(broken.into_error("The answer broke off")),
            Err(silent) => Err(silent),
        };
        self.success.unread = None;
        chunk.map_err(|error| error.with_retries_taken(self.retries_taken))
    }

    /// All of the body that has not been taken. It stays: reading, or parsing, once more gives it again.
    ///
    /// # Errors
    ///
    /// Those of [`StreamingResponse::chunk`], and [`crate::ErrorKind::ResponseTooLarge`].
    pub async fn read(&mut self) -> Result<Bytes, Error> {
        let limit = self.success.client.settings().max_response_bytes;
        let mut whole = Body::default();
        while let Some(chunk) = self.chunk().await? {
            if !whole.push(chunk, limit) {
                self.success.unread = None;
                let (status, headers) = (self.status_code(), self.headers().clone());
                return Err(Error::too_large(limit, status, headers));
            }
        }
        let whole = whole.into_bytes();
        self.success.body = whole.clone();
        Ok(whole)
    }

    /// The answer as what it is, read to its end where it has one. Events can be had once.
    ///
    /// # Errors
    ///
    /// Those of [`StreamingResponse::read`], and [`crate::ErrorKind::ResponseValidation`].
    pub async fn parse(&mut self) -> Result<T, Error> {
        if T::WHOLE {
            self.read().await?;
        }
        T::of(&mut self.success).map_err(|error| error.with_retries_taken(self.retries_taken))
    }

    /// The answer with what came with it, as [`Call::send`] gives it: read to its end where it has one. Its body stays, as
    /// with [`StreamingResponse::parse`].
    ///
    /// # Errors
    ///
    /// Those of [`StreamingResponse::parse`].
    pub async fn finish(&mut self) -> Result<Response<T>, Error> {
        let data = self.parse().await?;
        Ok(Response::with(
            data,
            &self.success,
            self.retries_taken,
            self.elapsed,
        ))
    }
}

impl<T> fmt::Debug for StreamingResponse<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StreamingResponse")
            .field("status", &self.success.status)
            .field("request_id", &request_id(&self.success.headers))
            .finish_non_exhaustive()
    }
}
