//! Events of a flow, pulled one by one.

use std::pin::pin;

use napi::bindgen_prelude::Object;
use napi::{Env, Result};
use napi_derive::napi;

use crate::calls::Calls;
use crate::pulled::Pulled;
use crate::reply;

/// The stream. Its connection is closed when it is closed, or collected.
#[napi]
pub struct Events(Pulled<kernel_client::Events>);

impl Events {
    pub(crate) fn of(events: kernel_client::Events) -> Self {
        Self(Pulled::new(events))
    }
}

#[napi]
impl Events {
    /// The next event as the API wrote it; an empty body after the last one.
    #[napi(catch_unwind)]
    pub fn next<'env>(&self, env: &'env Env, call: u32) -> Result<Object<'env>> {
        let event = self
            .0
            .pull(|events, context| pin!(events.next_json()).poll(context));
        Calls::of(env)?.start(env, call, async move {
            let event = event.await.flatten().transpose();
            reply::text(event.map(|event| reply::body(&event.unwrap_or_default())))
        })
    }

    /// Closes the connection.
    #[napi(catch_unwind)]
    pub fn close(&self) {
        self.0.close();
    }
}
