//! What gives one thing after another when it is asked, and can be closed at any time.

use std::future::poll_fn;
use std::sync::{Arc, Mutex, MutexGuard};
use std::task::{Context, Poll};

use crate::desk::lock;

/// Shared by the object that JavaScript holds and the call that waits. When both are gone, so is what is inside.
pub(crate) struct Pulled<T>(Arc<Mutex<Option<T>>>);

impl<T> Clone for Pulled<T> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<T> Pulled<T> {
    pub(crate) fn new(inside: T) -> Self {
        Self(Arc::new(Mutex::new(Some(inside))))
    }

    /// What `poll` makes of it; nothing once it is closed. Only one such future may wait at a time: the last that was
    /// polled is the one that is woken.
    pub(crate) fn pull<R, F>(&self, mut poll: F) -> impl Future<Output = Option<R>> + use<T, R, F>
    where
        F: FnMut(&mut T, &mut Context<'_>) -> Poll<R>,
    {
        let shared = self.clone();
        poll_fn(move |context| match &mut *shared.lock() {
            Some(inside) => poll(inside, context).map(Some),
            None => Poll::Ready(None),
        })
    }

    /// What `look` makes of it, unless it is closed, or is being worked on.
    pub(crate) fn with<R>(&self, look: impl FnOnce(&mut T) -> R) -> Option<R> {
        let mut inside = self.0.try_lock().ok()?;
        inside.as_mut().map(look)
    }

    /// Ends it at once, whoever waits for it.
    pub(crate) fn close(&self) {
        let inside = self.lock().take();
        drop(inside);
    }

    fn lock(&self) -> MutexGuard<'_, Option<T>> {
        lock(&self.0)
    }
}
