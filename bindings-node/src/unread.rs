//! The body of an answer, read as JavaScript likes.

use std::pin::Pin;
use std::sync::{Arc, Mutex};

use kernel_client::bytes::Bytes;
use kernel_client::{Answer, Error, ErrorKind, StreamingResponse, host};
use napi::bindgen_prelude::Either5;
use napi::{Env, Result};
use napi_derive::napi;

use crate::calls;
use crate::desk::lock;
use crate::error;
use crate::reply::{self, Outcome, Reply};

/// An answer whose body has not been read. Its connection is closed when it is closed, or collected.
#[napi]
pub struct Unread(Arc<Mutex<State>>);

enum State {
    /// And whether pieces of it have been given.
    Ready(Box<dyn Body>, bool),
    /// Something of it is on its way.
    Busy,
    /// By this failure, or at its end.
    Over(Option<String>),
}

type Coming<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// Of whatever kind the answer is.
trait Body: Send {
    fn chunk(&mut self) -> Coming<'_, std::result::Result<Option<Bytes>, Error>>;
    fn finish(&mut self) -> Coming<'_, std::result::Result<Reply, Error>>;
}

struct Of<T> {
    response: StreamingResponse<T>,
    reply: fn(Outcome<T>) -> Reply,
}

impl<T: Answer> Body for Of<T> {
    fn chunk(&mut self) -> Coming<'_, std::result::Result<Option<Bytes>, Error>> {
        Box::pin(self.response.chunk())
    }

    fn finish(&mut self) -> Coming<'_, std::result::Result<Reply, Error>> {
        Box::pin(async { Ok((self.reply)(Ok(self.response.finish().await?))) })
    }
}

/// A body on its way to whoever asked: when that is stopped, nothing more comes.
struct Taken {
    place: Arc<Mutex<State>>,
    body: Option<Box<dyn Body>>,
}

impl Taken {
    /// Puts it back, unless it was closed meanwhile.
    fn put_back(mut self, has_given: bool) {
        let mut state = lock(&self.place);
        if let (State::Busy, Some(body)) = (&*state, self.body.take()) {
            *state = State::Ready(body, has_given);
        }
    }

    fn fail(self, failure: &Error) -> String {
        let text = host::error_to_json(failure);
        *lock(&self.place) = State::Over(Some(text.clone()));
        text
    }
}

impl Drop for Taken {
    fn drop(&mut self) {
        let mut state = lock(&self.place);
        if matches!(*state, State::Busy) {
            *state = State::Over(None);
        }
    }
}

impl Unread {
    pub(crate) fn of<T: Answer>(
        response: StreamingResponse<T>,
        reply: fn(Outcome<T>) -> Reply,
    ) -> Self {
        let body = Box::new(Of { response, reply });
        Self(Arc::new(Mutex::new(State::Ready(body, false))))
    }

    /// The body and whether pieces of it were given; or, as a text, what is to be said in place of it.
    fn take(&self) -> std::result::Result<(Taken, bool), Option<String>> {
        let mut state = lock(&self.0);
        match std::mem::replace(&mut *state, State::Busy) {
            State::Ready(body, has_given) => {
                let (place, body) = (self.0.clone(), Some(body));
                Ok((Taken { place, body }, has_given))
            }
            State::Busy => Err(Some(error::body_used())),
            State::Over(failure) => {
                *state = State::Over(failure.clone());
                Err(failure)
            }
        }
    }
}

#[napi]
impl Unread {
    /// The next piece of the body; an empty text at its end.
    #[napi(catch_unwind)]
    pub fn next(&self, env: &Env, call: u32) -> Result<()> {
        let taken = self.take();
        calls::go_on(env, call, async move {
            let end = || reply::body("");
            let mut taken = match taken {
                Ok((taken, _)) => taken,
                Err(failure) => return Reply::A(failure.unwrap_or_else(end)),
            };
            let chunk = match &mut taken.body {
                Some(body) => body.chunk().await,
                None => Ok(None),
            };
            match chunk {
                Ok(Some(chunk)) => {
                    taken.put_back(true);
                    Reply::B((end(), Either5::E(chunk.to_vec().into()), None))
                }
                Ok(None) => Reply::A(end()),
                Err(failure) => Reply::A(taken.fail(&failure)),
            }
        })
    }

    /// The answer as what it is. Its body can be read all the same.
    #[napi(catch_unwind)]
    pub fn finish(&self, env: &Env, call: u32) -> Result<()> {
        let taken = self.take();
        calls::go_on(env, call, async move {
            let mut taken = match taken {
                Ok((taken, false)) => taken,
                Ok((taken, true)) => {
                    taken.put_back(true);
                    return Reply::A(error::body_used());
                }
                Err(failure) => return Reply::A(failure.unwrap_or_else(error::body_used)),
            };
            let Some(body) = &mut taken.body else {
                return Reply::A(error::body_used());
            };
            match body.finish().await {
                Ok(reply) => {
                    taken.put_back(false);
                    reply
                }
                // What does not fit can be looked at.
                Err(failure) if failure.kind() == ErrorKind::ResponseValidation => {
                    taken.put_back(false);
                    Reply::A(host::error_to_json(&failure))
                }
                Err(failure) => Reply::A(taken.fail(&failure)),
            }
        })
    }

    /// Closes the connection.
    #[napi(catch_unwind)]
    pub fn close(&self) {
        let left = std::mem::replace(&mut *lock(&self.0), State::Over(None));
        drop(left);
    }
}
