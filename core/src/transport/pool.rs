//! The connections of a client: made when they are needed, where they are needed.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use arc_swap::ArcSwap;
use tokio::runtime::{Handle, Id};

use super::builtin::{Client, HttpSettings};
use super::seam::Transport;
use super::{Failure, Ready};
use crate::log::Level;

/// For how many runtimes a client keeps connections; the oldest give way.
const RUNTIMES: usize = 8;

/// For how many limits of connecting, beside its own, a client keeps connections; the oldest give way.
const OTHERS: usize = 4;

/// The connections of a client and its copies, made when the first request needs them.
pub(crate) struct Http {
    pub(crate) settings: HttpSettings,
    /// The program's own HTTP client, which has connections of its own.
    foreign: Option<Arc<dyn Transport>>,
    clients: ArcSwap<Vec<OfRuntime>>,
    /// Shared by all copies, whatever connections they have.
    closed: Arc<AtomicBool>,
    /// Those of calls and copies that connect within other limits, so that they share connections, too.
    others: ArcSwap<Vec<Arc<Self>>>,
}

/// Connections are served by the runtime that made them, in the process that made them: another runtime would
/// wait for one that idles, and a forked child for threads it does not have. So each has its own.
#[derive(Clone)]
struct OfRuntime {
    process: u32,
    runtime: Id,
    client: Client,
}

impl Http {
    pub(crate) fn new(settings: HttpSettings, foreign: Option<Arc<dyn Transport>>) -> Self {
        Self {
            settings,
            foreign,
            clients: ArcSwap::default(),
            closed: Arc::default(),
            others: ArcSwap::default(),
        }
    }

    /// Connections that are made with these settings and closed together with these.
    pub(crate) fn of(self: &Arc<Self>, settings: &HttpSettings) -> Arc<Self> {
        let connect_timeout = settings.connect_timeout;
        let otherwise = HttpSettings {
            connect_timeout: self.settings.connect_timeout,
            ..settings.clone()
        };
        if otherwise == self.settings {
            return self.connecting_within(connect_timeout);
        }
        Arc::new(self.sibling(settings.clone(), self.foreign.clone()))
    }

    /// Connections that are made within this limit.
    pub(crate) fn connecting_within(self: &Arc<Self>, limit: Option<Duration>) -> Arc<Self> {
        if limit == self.settings.connect_timeout {
            return self.clone();
        }
        let known = self.others.load();
        let known = known
            .iter()
            .find(|other| other.settings.connect_timeout == limit);
        if let Some(known) = known {
            return known.clone();
        }
        let settings = HttpSettings {
            connect_timeout: limit,
            ..self.settings.clone()
        };
        let fresh = Arc::new(self.sibling(settings, self.foreign.clone()));
        self.others.rcu(|known| {
            let newest = known.len().saturating_sub(OTHERS - 1);
            let newest = known.iter().skip(newest);
            newest.chain([&fresh]).cloned().collect::<Vec<_>>()
        });
        fresh
    }

    /// The same, over another HTTP client.
    pub(crate) fn over(&self, foreign: Arc<dyn Transport>) -> Self {
        self.sibling(self.settings.clone(), Some(foreign))
    }

    fn sibling(&self, settings: HttpSettings, foreign: Option<Arc<dyn Transport>>) -> Self {
        Self {
            settings,
            foreign,
            clients: ArcSwap::default(),
            closed: self.closed.clone(),
            others: ArcSwap::default(),
        }
    }

    /// Lets go of the connections; requests are refused from now on.
    pub(crate) fn close(&self) {
        self.closed.store(true, Ordering::SeqCst);
        self.let_go();
        for other in self.others.load().iter() {
            other.let_go();
        }
    }

    pub(crate) fn is_closed(&self) -> bool {
        self.closed.load(Ordering::SeqCst)
    }

    /// The HTTP client of this runtime. The first one takes some milliseconds: it reads the trust store.
    pub(crate) fn ready(&self, log: Level) -> Result<Ready, Failure> {
        let refused = |reason: String| Failure::NoAnswer {
            reason,
            may_retry: false,
            sent: false,
            source: None,
        };
        let closed = || refused("The client is closed.".to_owned());
        if self.is_closed() {
            return Err(closed());
        }
        if let Some(foreign) = &self.foreign {
            return Ok(Ready::Foreign(foreign.clone()));
        }
        let runtime = Handle::try_current()
            .map_err(|_| refused("There is no tokio runtime.".to_owned()))?
            .id();
        let process = std::process::id();
        let known = self.clients.load();
        let known = known
            .iter()
            .find(|known| known.process == process && known.runtime == runtime);
        if let Some(known) = known {
            return Ok(Ready::Builtin(known.client.clone()));
        }
        let client = self.settings.client(log).map_err(refused)?;
        let fresh = OfRuntime {
            process,
            runtime,
            client: client.clone(),
        };
        self.clients.rcu(|known| {
            let newest = known.len().saturating_sub(RUNTIMES - 1);
            known
                .iter()
                .skip(newest)
                .chain([&fresh])
                .cloned()
                .collect::<Vec<_>>()
        });
        if self.is_closed() {
            self.let_go();
            return Err(closed());
        }
        Ok(Ready::Builtin(client))
    }

    fn let_go(&self) {
        let process = std::process::id();
        let known = self.clients.swap(Arc::default());
        if known.iter().any(|known| known.process != process) {
            // The parent's connections, and with them the list: closing them here would disturb it.
            std::mem::forget(known);
        }
    }
}

impl Drop for Http {
    fn drop(&mut self) {
        self.let_go();
    }
}
