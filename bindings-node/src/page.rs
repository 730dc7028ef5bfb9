//! A page of a list: what it says about the next one, and the way there.

use std::pin::Pin;
use std::sync::Arc;

use kernel_client::Model;
use napi::{Env, Result};
use napi_derive::napi;

use crate::calls;
use crate::error;
use crate::reply::{self, Reply};

/// The page; its items are in the text that comes with it.
#[napi]
pub struct Page {
    has_more: Option<bool>,
    next_offset: Option<i64>,
    has_next: bool,
    next: Arc<Next>,
}

type Next = dyn Fn() -> Coming + Send + Sync;
type Coming = Pin<Box<dyn Future<Output = Reply> + Send>>;

impl Page {
    pub(crate) fn of<T: Model + Sync>(mut page: kernel_client::Page<T>) -> Self {
        // JavaScript has them.
        page.items = Vec::new();
        let page = Arc::new(page);
        Self {
            has_more: page.has_more,
            next_offset: page.next_offset,
            has_next: page.has_next_page(),
            next: Arc::new(move || {
                let page = page.clone();
                Box::pin(async move {
                    match page.next_call() {
                        Some(Ok(call)) => reply::page(call.send().await),
                        Some(Err(error)) => reply::page::<T>(Err(error)),
                        None => Reply::A(error::no_next_page()),
                    }
                })
            }),
        }
    }
}

#[napi]
impl Page {
    /// Whether more follows, as the API says it.
    #[napi(getter, catch_unwind)]
    pub fn has_more(&self) -> Option<bool> {
        self.has_more
    }

    /// Where the next page begins, as the API says it.
    #[napi(getter, catch_unwind)]
    pub fn next_offset(&self) -> Option<i64> {
        self.next_offset
    }

    /// Whether there is something to ask for.
    #[napi(getter, catch_unwind)]
    pub fn has_next(&self) -> bool {
        self.has_next
    }

    /// Asks for the next page.
    #[napi(catch_unwind)]
    pub fn next(&self, env: &Env, call: u32) -> Result<()> {
        calls::start(env, call, (self.next)())
    }
}
