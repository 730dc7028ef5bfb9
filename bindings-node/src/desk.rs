//! Where the client's threads put down what is for JavaScript: replies to its calls, and errands. Its own thread takes all
//! of it at once when it hears the bell: waking it costs more than a reply.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use kernel_client::bytes::Bytes;
use kernel_client::host;
use napi::JsString;
use napi::bindgen_prelude::{Either, Either3, Function, Latin1String};
use napi::threadsafe_function::{ThreadsafeFunction, ThreadsafeFunctionCallMode};
use napi::{Env, Result, Status};
use napi_derive::napi;

use crate::calls::Environment;
use crate::errands::Errand;
use crate::error;
use crate::reply::{Native, Reply};

/// The longest text that JavaScript can have.
const LONGEST: usize = (1 << 29) - 24;

/// Rung when something was put down.
type Bell = ThreadsafeFunction<(), (), (), Status, false, true>;

/// That of one JavaScript environment.
#[derive(Default)]
pub(crate) struct Desk {
    bell: Mutex<Option<Bell>>,
    /// Whether it was rung since the last look.
    is_rung: AtomicBool,
    replies: Mutex<Vec<(u32, Reply)>>,
    errands: Mutex<Vec<Errand>>,
    /// How many calls JavaScript waits for.
    under_way: Mutex<usize>,
}

impl Desk {
    /// JavaScript waits for a call from now on: the process is not to end before its reply is taken. Gives whether it
    /// waits for no other one.
    pub(crate) fn expect(&self, env: &Env) -> Result<bool> {
        let mut under_way = lock(&self.under_way);
        *under_way += 1;
        let is_alone = *under_way == 1;
        if is_alone && let Some(bell) = &mut *lock(&self.bell) {
            #[expect(deprecated, reason = "holding another one would not do the same")]
            bell.refer(env)?;
        }
        Ok(is_alone)
    }

    /// The reply to a call.
    pub(crate) fn reply(&self, call: u32, reply: Reply) {
        let length = match &reply {
            Reply::A(text) => text.len(),
            Reply::B((line, _, body)) => line.len().max(body.as_ref().map_or(0, Bytes::len)),
        };
        let reply = if length > LONGEST {
            Reply::A(error::too_long())
        } else {
            reply
        };
        lock(&self.replies).push((call, reply));
        self.ring();
    }

    /// Something that JavaScript is to do.
    pub(crate) fn put(&self, errand: Errand) {
        lock(&self.errands).push(errand);
        self.ring();
    }

    fn ring(&self) {
        if !self.is_rung.swap(true, Ordering::AcqRel)
            && let Some(bell) = &*lock(&self.bell)
        {
            // Where nobody is left to hear it, the calls are gone as well.
            bell.call((), ThreadsafeFunctionCallMode::NonBlocking);
        }
    }
}

/// What is behind it: nothing here leaves it half done.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn of(env: &Env) -> Result<Arc<Desk>> {
    Ok(Environment::of(env)?.desk)
}

/// Has `bell` called when something was put down, in place of the one before.
#[napi(catch_unwind)]
pub fn serve(env: Env, bell: Function<'_, (), ()>) -> Result<()> {
    let mut bell = bell
        .build_threadsafe_function::<()>()
        .weak::<true>()
        .build()?;
    let desk = of(&env)?;
    if *lock(&desk.under_way) > 0 {
        #[expect(deprecated, reason = "holding another one would not do the same")]
        bell.refer(&env)?;
    }
    // What was rung for may not have been heard.
    bell.call((), ThreadsafeFunctionCallMode::NonBlocking);
    let before = lock(&desk.bell).replace(bell);
    drop(before);
    Ok(())
}

/// Numbers of calls, and their replies.
type Replies<'env> = Vec<Either3<u32, Text, (Text, Native, Option<JsString<'env>>)>>;

/// A text, in the form in which JavaScript takes it fastest.
type Text = Either<Latin1String, String>;

fn text(text: String) -> Text {
    if text.is_ascii() {
        Either::A(text.into())
    } else {
        Either::B(text)
    }
}

/// A body as a text, copied once.
fn body<'env>(env: &'env Env, bytes: &Bytes) -> Result<JsString<'env>> {
    if bytes.is_ascii() {
        env.create_string_latin1(bytes)
    } else {
        env.create_string(host::text(bytes))
    }
}

/// The replies, each after the number of its call. What was put down before them is there as well by then.
#[napi(catch_unwind)]
pub fn replies(env: &Env) -> Result<Replies<'_>> {
    let desk = of(env)?;
    // Whatever is put down from here on rings again.
    desk.is_rung.store(false, Ordering::Release);
    let replies = std::mem::take(&mut *lock(&desk.replies));
    let mut under_way = lock(&desk.under_way);
    *under_way = under_way.saturating_sub(replies.len());
    if *under_way == 0
        && !replies.is_empty()
        && let Some(bell) = &mut *lock(&desk.bell)
    {
        #[expect(deprecated, reason = "letting go of it would not do the same")]
        bell.unref(env)?;
    }
    let mut taken = Vec::with_capacity(2 * replies.len());
    for (call, reply) in replies {
        taken.push(Either3::A(call));
        taken.push(match reply {
            Reply::A(line) => Either3::B(text(line)),
            Reply::B((line, native, None)) => Either3::C((text(line), native, None)),
            // Whatever becomes of this one, the others are not to be lost.
            Reply::B((line, native, Some(bytes))) => match body(env, &bytes) {
                Ok(body) => Either3::C((text(line), native, Some(body))),
                Err(_) => Either3::B(text(error::too_long())),
            },
        });
    }
    Ok(taken)
}

/// What is to be done, in order.
#[napi(catch_unwind)]
pub fn errands(env: Env) -> Result<Vec<Errand>> {
    Ok(std::mem::take(&mut *lock(&of(&env)?.errands)))
}
