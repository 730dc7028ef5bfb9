//! Panics wherever native code runs; `panics.test.mjs` sees that the process lives on.

#![expect(clippy::panic, reason = "it is the point")]

use std::future::pending;

use napi::{Env, Result};
use napi_derive::napi;

use crate::calls;
use crate::reply::Reply;

/// Panics while JavaScript waits.
#[napi(catch_unwind)]
pub fn at_once() {
    panic!("at once");
}

/// Its members panic.
#[napi]
pub struct Panicking;

#[napi]
impl Panicking {
    /// One that does not.
    #[napi(catch_unwind)]
    pub fn make() -> Self {
        Self
    }

    /// Panics while JavaScript waits.
    #[napi(catch_unwind)]
    pub fn method(&self) {
        panic!("in a method");
    }

    /// Panics while JavaScript reads it.
    #[napi(getter, catch_unwind)]
    pub fn value(&self) -> u32 {
        panic!("in a getter");
    }
}

/// Panics in a call that is under way.
#[napi(catch_unwind)]
pub fn in_call(env: &Env, call: u32) -> Result<()> {
    calls::start(env, call, async { panic!("in a call") })
}

/// Panics when the call is stopped.
#[napi(catch_unwind)]
pub fn when_stopped(env: &Env, call: u32) -> Result<()> {
    struct Stopped;
    impl Drop for Stopped {
        fn drop(&mut self) {
            panic!("when stopped");
        }
    }
    calls::start(env, call, async {
        let _stopped = Stopped;
        pending::<Reply>().await
    })
}
