//! The native side of the Node package: the client, its calls, and how they cross.
//!
//! JavaScript hands over JSON text and gets text back, which it parses itself: faster than building objects
//! from here, and every field the API sent stays. Nothing here decides how the client behaves; the core does.

#![expect(
    clippy::missing_errors_doc,
    clippy::must_use_candidate,
    clippy::needless_pass_by_value,
    reason = "what is public is called by JavaScript, and its values arrive owned"
)]

mod calls;
pub mod desk;
pub mod errands;
mod error;
pub mod hosted;
mod json;
mod login;
mod page;
#[cfg(feature = "panics")]
#[path = "../test/panics.rs"]
pub mod panics;
pub mod plugins;
mod pulled;
mod reply;
mod resources;
pub mod session;
mod stream;
mod unread;
mod verbs;

use std::collections::HashMap;
use std::time::Duration;

use kernel_client::Kernel;
use kernel_client::host::{self, Caller, Language, Limit};
use napi::bindgen_prelude::Either;
use napi::{Env, Result};
use napi_derive::napi;

use plugins::Brought;

/// The variables a client reads. JavaScript looks them up: a worker has an environment of its own.
#[napi(catch_unwind)]
pub fn environment() -> Vec<&'static str> {
    host::ENVIRONMENT.to_vec()
}

/// The fields of answers that never show in a print.
#[napi(catch_unwind)]
pub fn secrets() -> Vec<&'static str> {
    host::SECRETS.to_vec()
}

/// The limit of an attempt unless somebody says otherwise, in milliseconds.
#[napi(catch_unwind)]
pub fn default_timeout() -> Option<f64> {
    let (Limit::Whole(limit) | Limit::Parts { read: limit, .. }, _) = host::defaults();
    limit.map(milliseconds)
}

/// What JavaScript found in its environment.
type Variables = HashMap<String, Option<String>>;

/// A client, which JavaScript dresses up as `Kernel`.
#[napi]
pub struct Client {
    kernel: Kernel,
}

/// Or what is wrong with its options, as JSON.
type Made = Either<Client, String>;

/// Makes a client of `options` (JSON), for the runtime of this version, in this environment.
#[napi(catch_unwind)]
pub fn connect(
    env: Env,
    options: String,
    plugins: Option<Brought>,
    version: String,
    environment: Variables,
) -> Result<Made> {
    let plugins = plugins::of(&env, plugins.as_ref())?;
    Ok(made(json::client_options(&options).and_then(|options| {
        host::client(options, plugins, caller(version), |name| {
            environment.get(name).cloned().flatten()
        })
    })))
}

/// Stops a call, by the number it was started with.
#[napi(catch_unwind)]
pub fn abort(env: Env, call: u32) -> Result<()> {
    calls::abort(&env, call)
}

#[napi]
impl Client {
    /// A copy with other options (JSON), and with these plugins where there are any.
    #[napi(catch_unwind)]
    pub fn with_options(
        &self,
        env: Env,
        options: String,
        plugins: Option<Brought>,
    ) -> Result<Made> {
        let plugins = plugins::of(&env, plugins.as_ref())?;
        Ok(made(
            json::client_options(&options)
                .and_then(|options| self.kernel.with_options(options))
                .map(|kernel| host::with_plugins(&kernel, plugins)),
        ))
    }

    /// A copy with these plugins.
    #[napi(catch_unwind)]
    pub fn over(&self, env: Env, plugins: Brought) -> Result<Self> {
        let plugins = plugins::of(&env, Some(&plugins))?;
        let kernel = host::with_plugins(&self.kernel, plugins);
        Ok(Self { kernel })
    }

    /// The API key.
    #[napi(getter, catch_unwind)]
    pub fn api_key(&self) -> Option<String> {
        host::settings(&self.kernel).api_key.map(str::to_owned)
    }

    /// The project by id.
    #[napi(getter, js_name = "projectID", catch_unwind)]
    pub fn project_id(&self) -> Option<String> {
        host::settings(&self.kernel).project_id.map(str::to_owned)
    }

    /// What is logged.
    #[napi(getter, catch_unwind)]
    pub fn log_level(&self) -> &'static str {
        host::settings(&self.kernel).log_level
    }

    /// Where the API is.
    #[napi(getter, js_name = "baseURL", catch_unwind)]
    pub fn base_url(&self) -> &str {
        self.kernel.base_url()
    }

    /// How often a failed request is sent again.
    #[napi(getter, catch_unwind)]
    pub fn max_retries(&self) -> u32 {
        self.kernel.max_retries()
    }

    /// The limit of one attempt, in milliseconds.
    #[napi(getter, catch_unwind)]
    pub fn timeout(&self) -> Option<f64> {
        self.kernel.timeout().map(milliseconds)
    }
}

fn made(kernel: std::result::Result<Kernel, kernel_client::Error>) -> Made {
    match kernel {
        Ok(kernel) => Either::A(Client { kernel }),
        Err(error) => Either::B(host::error_to_json(&error)),
    }
}

/// As JavaScript counts.
pub(crate) fn milliseconds(limit: Duration) -> f64 {
    limit.as_secs_f64() * 1000.0
}

fn caller(version: String) -> Caller {
    Caller {
        language: Language::Node,
        runtime: Some("node".to_owned()),
        runtime_version: Some(version),
        ..Caller::default()
    }
}
