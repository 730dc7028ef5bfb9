//! Connections between two requests.

use std::collections::VecDeque;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::task::{Context, Waker};
use std::time::{Duration, Instant};

use tokio::runtime::{Handle, Id};
use url::Url;

use super::Route;
use super::connection::Connection;
use super::shared::Sender;

/// Connections that nobody uses are closed after this long: sooner than servers commonly do, so that a request
/// rarely meets one that is just being closed from the other side.
const IDLE: Duration = Duration::from_secs(30);

/// Where a connection leads.
#[derive(PartialEq, Eq)]
pub(super) struct Target {
    is_secure: bool,
    host: String,
    port: u16,
}

impl Target {
    pub(super) fn of(url: &Url) -> Self {
        Self {
            is_secure: url.scheme() == "https",
            host: url.host_str().unwrap_or_default().to_owned(),
            port: url.port_or_known_default().unwrap_or_default(),
        }
    }

    fn is(&self, url: &Url) -> bool {
        self.is_secure == (url.scheme() == "https")
            && url.host_str() == Some(&*self.host)
            && url.port_or_known_default() == Some(self.port)
    }
}

/// The connections of a client that wait for a request, or take many at once.
#[derive(Default)]
pub(super) struct Idle {
    kept: Mutex<Kept>,
    is_swept: AtomicBool,
}

#[derive(Default)]
struct Kept {
    /// In the order in which they were last used.
    single: VecDeque<Single>,
    shared: Vec<Shared>,
}

/// A connection that has one request at a time.
struct Single {
    runtime: Id,
    since: Instant,
    connection: Box<Connection>,
}

/// A connection that has many.
struct Shared {
    target: Target,
    runtime: Id,
    used: Instant,
    sender: Sender,
}

impl Idle {
    fn lock(&self) -> MutexGuard<'_, Kept> {
        // Nothing that is done under it can leave it half changed.
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A way to get there.
    pub(super) fn route(&self, url: &Url) -> Option<Route> {
        let shared = self.shared(url).map(Route::Shared);
        shared.or_else(|| self.single(url).map(Route::Single))
    }

    /// A connection that leads there, the one of this runtime that was used last if there is one.
    fn single(&self, url: &Url) -> Option<Box<Connection>> {
        let handle = Handle::try_current().ok()?;
        let runtime = handle.id();
        let is_watchful = crate::runtime::is_watchful(&handle);
        loop {
            let mut kept = self.lock();
            let old = kept.remove_old();
            let fit = |of: &Single| of.connection.target.is(url);
            let single = &kept.single;
            let found = single
                .iter()
                .rposition(|of| of.runtime == runtime && fit(of))
                .or_else(|| single.iter().rposition(fit));
            let found = found.and_then(|found| kept.single.remove(found));
            drop(kept);
            drop(old);
            let Single {
                runtime: before,
                connection,
                ..
            } = found?;
            // A runtime with threads of its own has noticed what came.
            let is_watched = is_watchful && before == runtime;
            if !is_watched && !connection.keeper.is_quiet() {
                continue;
            }
            if before != runtime {
                connection.keeper.moves();
            }
            return Some(connection);
        }
    }

    /// Keeps a connection, unless it has no use any more.
    pub(super) fn put(self: &Arc<Self>, mut connection: Box<Connection>) {
        let mut context = Context::from_waker(Waker::noop());
        let rests = connection
            .driver
            .as_mut()
            .is_some_and(|driver| Pin::new(driver).poll(&mut context).is_pending());
        if !rests || !connection.sender.is_ready() {
            return;
        }
        let Ok(handle) = Handle::try_current() else {
            return;
        };
        let mut kept = self.lock();
        kept.single.push_back(Single {
            runtime: handle.id(),
            since: Instant::now(),
            connection,
        });
        let is_only = kept.single.len() == 1;
        drop(kept);
        if crate::runtime::lasts(&handle) {
            self.sweep_on(&handle);
        } else if !is_only && let Ok(lasting) = crate::runtime::lasting() {
            // The only one of a program that blocks is not worth a thread that watches it.
            self.sweep_on(&lasting);
        }
    }

    /// A connection that leads there and takes many requests at once, served by the runtime that lasts.
    pub(super) fn shared(&self, url: &Url) -> Option<Sender> {
        let mut kept = self.lock();
        if kept.shared.is_empty() {
            return None;
        }
        let runtime = crate::runtime::lasting().ok()?.id();
        kept.shared
            .retain(|of| !of.sender.is_closed() && of.used.elapsed() < IDLE);
        let known = kept
            .shared
            .iter_mut()
            .find(|of| of.runtime == runtime && of.target.is(url))?;
        known.used = Instant::now();
        Some(known.sender.clone())
    }

    /// Shares a connection that `runtime` serves.
    pub(super) fn put_shared(self: &Arc<Self>, url: &Url, runtime: &Handle, sender: Sender) {
        self.lock().shared.push(Shared {
            target: Target::of(url),
            runtime: runtime.id(),
            used: Instant::now(),
            sender,
        });
        self.sweep_on(runtime);
    }

    /// Has a task of this runtime close what is idle for too long, until it twice finds nothing.
    fn sweep_on(self: &Arc<Self>, runtime: &Handle) {
        if !self.is_swept.swap(true, Ordering::AcqRel) {
            let sweeping = Sweeping {
                idle: Arc::downgrade(self),
                is_done: false,
                was_empty: false,
            };
            runtime.spawn(sweeping.run());
        }
    }
}

impl Kept {
    /// Gives those that are to be closed, to be dropped where no lock is held.
    fn remove_old(&mut self) -> Vec<Single> {
        let now = Instant::now();
        let is_old = |since: Instant| now.saturating_duration_since(since) >= IDLE;
        let mut old = Vec::new();
        while self.single.front().is_some_and(|first| is_old(first.since)) {
            old.extend(self.single.pop_front());
        }
        old
    }

    /// When the next one is to be closed.
    fn next(&self) -> Option<Instant> {
        let single = self.single.front().map(|of| of.since);
        let shared = self.shared.iter().map(|of| of.used);
        shared.chain(single).min().map(|since| since + IDLE)
    }
}

/// The task that closes what is idle.
struct Sweeping {
    idle: Weak<Idle>,
    is_done: bool,
    /// Whether there was nothing when it last looked.
    was_empty: bool,
}

impl Sweeping {
    async fn run(mut self) {
        while let Some(next) = self.sweep() {
            tokio::time::sleep_until(next.into()).await;
        }
    }

    /// Closes what is old, and says when to look again.
    fn sweep(&mut self) -> Option<Instant> {
        let idle = self.idle.upgrade()?;
        let mut kept = idle.lock();
        let old = kept.remove_old();
        kept.shared
            .retain(|of| !of.sender.is_closed() && of.used.elapsed() < IDLE);
        let next = kept.next();
        // A program that makes one call after another has nothing idle, most of the time.
        let next = match std::mem::replace(&mut self.was_empty, next.is_none()) {
            false => next.or_else(|| Some(Instant::now() + IDLE)),
            true => next,
        };
        if next.is_none() {
            self.is_done = true;
            idle.is_swept.store(false, Ordering::Release);
        }
        drop(kept);
        // To close a connection may take a while.
        drop(old);
        next
    }
}

impl Drop for Sweeping {
    fn drop(&mut self) {
        // Its runtime ended before it did.
        if let (false, Some(idle)) = (self.is_done, self.idle.upgrade()) {
            idle.is_swept.store(false, Ordering::Release);
        }
    }
}
