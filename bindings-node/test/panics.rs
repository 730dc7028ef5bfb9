//! An addon that panics wherever native code runs; `panics.test.mjs` sees that the process lives on.

#![allow(clippy::panic, reason = "it is the point")]
#![allow(
    clippy::must_use_candidate,
    reason = "what is public is called by JavaScript"
)]

#[path = "../src/calls.rs"]
mod calls;
#[allow(
    dead_code,
    clippy::missing_errors_doc,
    clippy::needless_pass_by_value,
    reason = "nothing is fetched here"
)]
#[path = "../src/errands.rs"]
pub mod errands;
#[allow(dead_code, reason = "there are no pages here")]
#[path = "../src/error.rs"]
mod error;

use std::future::pending;

use napi::bindgen_prelude::Object;
use napi::{Env, Result};
use napi_derive::napi;

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
///
/// # Errors
///
/// When the call cannot be started.
#[napi(catch_unwind)]
pub fn in_call(env: &Env, call: u32) -> Result<Object<'_>> {
    calls::Calls::of(env)?.start::<String>(env, call, async { panic!("in a call") })
}

/// Panics when the call is stopped.
///
/// # Errors
///
/// When the call cannot be started.
#[napi(catch_unwind)]
pub fn when_stopped(env: &Env, call: u32) -> Result<Object<'_>> {
    struct Stopped;
    impl Drop for Stopped {
        fn drop(&mut self) {
            panic!("when stopped");
        }
    }
    calls::Calls::of(env)?.start(env, call, async {
        let _stopped = Stopped;
        pending::<String>().await
    })
}

/// Stops a call.
///
/// # Errors
///
/// When the calls of this environment are not to be had.
#[napi(catch_unwind)]
pub fn abort(env: Env, call: u32) -> Result<()> {
    calls::Calls::of(&env)?.abort(call);
    Ok(())
}
