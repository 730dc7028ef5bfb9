//! The body of an answer, read as JavaScript likes.

use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use kernel_client::bytes::Bytes;
use kernel_client::{Answer, Error, StreamingResponse};
use napi::bindgen_prelude::{Buffer, Either, Object};
use napi::{Env, Result};
use napi_derive::napi;

use crate::calls::{Calls, Settles};
use crate::error;
use crate::reply::{self, Outcome, Reply};

/// An answer whose body has not been read. Its connection is closed when it is closed, or collected.
#[napi]
pub struct Unread(Arc<Mutex<Option<Box<dyn Body>>>>);

type Coming<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// Of whatever kind the answer is.
trait Body: Send {
    fn chunk(&mut self) -> Coming<'_, std::result::Result<Option<Bytes>, Error>>;
    fn finish(self: Box<Self>) -> Coming<'static, Reply>;
}

struct Of<T> {
    response: StreamingResponse<T>,
    reply: fn(Outcome<T>) -> Reply,
}

impl<T: Answer> Body for Of<T> {
    fn chunk(&mut self) -> Coming<'_, std::result::Result<Option<Bytes>, Error>> {
        Box::pin(self.response.chunk())
    }

    fn finish(self: Box<Self>) -> Coming<'static, Reply> {
        let Self { response, reply } = *self;
        Box::pin(async move { reply(response.finish().await) })
    }
}

/// A piece of a body; an empty text at its end.
type Piece = Either<String, (String, Buffer)>;

impl Settles for Piece {
    fn failed(text: String) -> Self {
        Self::A(text)
    }
}

impl Unread {
    pub(crate) fn of<T: Answer>(
        response: StreamingResponse<T>,
        reply: fn(Outcome<T>) -> Reply,
    ) -> Self {
        Self(Arc::new(Mutex::new(Some(Box::new(Of { response, reply })))))
    }

    fn take(&self) -> Option<Box<dyn Body>> {
        lock(&self.0).take()
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[napi]
impl Unread {
    /// The next piece of the body; an empty text at its end.
    #[napi(catch_unwind)]
    pub fn next<'env>(&self, env: &'env Env, call: u32) -> Result<Object<'env>> {
        let (body, place) = (self.take(), self.0.clone());
        Calls::of(env)?.start(env, call, async move {
            let Some(mut body) = body else {
                return Piece::A(reply::body(""));
            };
            let chunk = body.chunk().await;
            match chunk {
                Ok(Some(chunk)) => {
                    *lock(&place) = Some(body);
                    Piece::B((reply::body(""), chunk.to_vec().into()))
                }
                ended => Piece::A(reply::text(ended.map(|_| reply::body("")))),
            }
        })
    }

    /// The answer as what it is.
    #[napi(catch_unwind)]
    pub fn finish<'env>(&self, env: &'env Env, call: u32) -> Result<Object<'env>> {
        let body = self.take();
        Calls::of(env)?.start(env, call, async move {
            match body {
                Some(body) => body.finish().await,
                None => Reply::failed(error::body_used()),
            }
        })
    }

    /// Closes the connection.
    #[napi(catch_unwind)]
    pub fn close(&self) {
        drop(self.take());
    }
}
