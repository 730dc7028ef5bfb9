//! Calls of paths that have no method: `client.get(path)` and its kin.

use kernel_client::host::{self, Prepared};
use kernel_client::models::NoParams;
use kernel_client::{Answer, Call, Error, Kernel};
use napi::bindgen_prelude::{Buffer, Either};
use napi::{Env, Result};
use napi_derive::napi;
use serde_json::{Value, json};

use crate::calls;
use crate::{Client, json, milliseconds, reply};

/// JSON, or bytes that are sent as they are.
type Content = Either<String, Buffer>;

/// Such a call, as JavaScript gives it: all but bytes as JSON.
struct Request {
    method: String,
    path: String,
    content: Option<Body>,
    options: Option<String>,
}

enum Body {
    Json(String),
    Bytes(Vec<u8>),
}

impl Request {
    fn new(
        method: String,
        path: String,
        content: Option<Content>,
        options: Option<String>,
    ) -> Self {
        Self {
            method,
            path,
            content: content.map(|content| match content {
                Either::A(text) => Body::Json(text),
                // JavaScript may write to its own meanwhile.
                Either::B(bytes) => Body::Bytes(bytes.to_vec()),
            }),
            options,
        }
    }

    fn call<T: Answer>(self, client: &Kernel) -> std::result::Result<Call<NoParams, T>, Error> {
        let method: Option<String> = json::argument("method", &self.method)?;
        let path: String = json::argument("path", &self.path)?;
        let call = client.request(host::method(method.as_deref())?, path);
        let call = match self.content {
            None => call,
            Some(Body::Json(text)) => call.json(&json::argument::<Value>("body", &text)?),
            Some(Body::Bytes(bytes)) => call.bytes(bytes),
        };
        Ok(call.options(json::call_options(self.options.as_deref())?))
    }
}

/// A native method for each kind of answer.
macro_rules! requests {
    ($( $(#[$doc:meta])* $name:ident -> $answer:ty: |$call:ident| $asked:expr => $reply:ident; )*) => {
        #[napi]
        impl Client { $(
            $(#[$doc])*
            #[napi(catch_unwind)]
            #[allow(clippy::too_many_arguments, reason = "those of a call, and its own")]
            pub fn $name(
                &self,
                env: &Env,
                call: u32,
                method: String,
                path: String,
                content: Option<Content>,
                options: Option<String>,
                is_unread: bool,
            ) -> Result<()> {
                let client = self.kernel.clone();
                let request = Request::new(method, path, content, options);
                calls::start(env, call, async move {
                    let call = request.call::<$answer>(&client).map(|$call| $asked);
                    reply::of(call, is_unread, reply::$reply).await
                })
            }
        )* }
    };
}

requests! {
    /// Gives the body, whatever it is.
    request -> host::Anything: |call| call => anything;
    /// Gives events.
    request_events -> kernel_client::Events: |call| call.accept_events() => events;
    /// Gives a page of a list.
    request_page -> kernel_client::Page<Value>: |call| call => page;
}

#[napi]
impl Client {
    /// What would be sent, after so many attempts (JSON): method, address, headers, and the limit of an attempt in
    /// milliseconds.
    #[napi(catch_unwind)]
    pub fn prepare(
        &self,
        method: String,
        path: String,
        content: Option<Content>,
        options: Option<String>,
        attempt: String,
    ) -> String {
        let request = Request::new(method, path, content, options);
        let prepared = request.call::<()>(&self.kernel).and_then(|call| {
            let attempt = json::argument("retryCount", &attempt)?;
            host::prepared(call, attempt)
        });
        reply::value(prepared.map(|Prepared { request, timeout }| {
            json!({
                "method": request.method().as_str(),
                "url": request.url(),
                "headers": host::headers(request.headers()),
                "timeout": timeout.map(milliseconds),
            })
        }))
    }
}
