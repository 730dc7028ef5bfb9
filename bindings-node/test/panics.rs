//! An addon that panics wherever native code runs; `panics.test.mjs` sees that the process lives on.

#![allow(clippy::panic, reason = "it is the point")]

#[allow(dead_code, reason = "nothing is stopped here")]
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

use napi::bindgen_prelude::Object;
use napi::{Env, Result};
use napi_derive::napi;

/// Panics while JavaScript waits.
#[napi(catch_unwind)]
pub fn at_once() {
    panic!("at once");
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
