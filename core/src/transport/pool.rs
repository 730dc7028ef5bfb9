//! The connections of a client: made when they are needed, where they are needed.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use arc_swap::{ArcSwap, ArcSwapOption, Guard};
use tokio::runtime::Handle;
use url::Url;

use super::builtin::{Client, HttpSettings};
use super::seam::Transport;
use super::{Failure, Ready};
use crate::log::Log;

/// For how many limits of connecting, beside its own, a client keeps connections; the oldest give way.
const OTHERS: usize = 4;

/// The connections of a client and its copies, made when the first request needs them.
pub(crate) struct Http {
    pub(crate) settings: HttpSettings,
    carrier: Carrier,
    client: ArcSwapOption<Client>,
    /// Shared by all copies, whatever connections they have.
    closed: Arc<AtomicBool>,
    /// Those of calls and copies that connect within other limits, so that they share connections, too.
    others: ArcSwap<Vec<Arc<Self>>>,
}

/// Which HTTP client sends the requests. Others than the one built in have connections of their own.
#[derive(Clone, Default)]
pub(crate) enum Carrier {
    #[default]
    BuiltIn,
    /// The program's.
    Own(Arc<dyn Transport>),
    /// The platform's, where it can do what the options say.
    #[cfg_attr(
        not(feature = "host"),
        expect(dead_code, reason = "only bindings have one")
    )]
    Platform(Arc<dyn Transport>),
}

impl Carrier {
    /// The one for these settings, and requests to this server.
    pub(crate) fn within(self, settings: &HttpSettings, server: &Url) -> Self {
        match self {
            Self::Platform(_) if !settings.suits_any(server) => Self::BuiltIn,
            carrier => carrier,
        }
    }

    fn foreign(&self) -> Option<&Arc<dyn Transport>> {
        match self {
            Self::BuiltIn => None,
            Self::Own(transport) | Self::Platform(transport) => Some(transport),
        }
    }
}

impl Http {
    pub(crate) fn new(settings: HttpSettings, carrier: Carrier) -> Self {
        Self {
            settings,
            carrier,
            client: ArcSwapOption::const_empty(),
            closed: Arc::default(),
            others: ArcSwap::default(),
        }
    }

    /// Connections that are made with these settings and closed together with these.
    pub(crate) fn of(self: &Arc<Self>, settings: &HttpSettings, server: &Url) -> Arc<Self> {
        let connect_timeout = settings.connect_timeout;
        let otherwise = HttpSettings {
            connect_timeout: self.settings.connect_timeout,
            ..settings.clone()
        };
        let carrier = self.carrier.clone().within(settings, server);
        if otherwise == self.settings
            && carrier.foreign().is_some() == self.carrier.foreign().is_some()
        {
            return self.connecting_within(connect_timeout);
        }
        Arc::new(self.sibling(settings.clone(), carrier))
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
        let fresh = Arc::new(self.sibling(settings, self.carrier.clone()));
        self.others.rcu(|known| {
            let newest = known.len().saturating_sub(OTHERS - 1);
            let newest = known.iter().skip(newest);
            newest.chain([&fresh]).cloned().collect::<Vec<_>>()
        });
        fresh
    }

    /// The same over another HTTP client.
    pub(crate) fn over(self: &Arc<Self>, carrier: Carrier) -> Arc<Self> {
        match (&carrier, &self.carrier) {
            (Carrier::BuiltIn, Carrier::BuiltIn) => self.clone(),
            _ => Arc::new(self.sibling(self.settings.clone(), carrier)),
        }
    }

    fn sibling(&self, settings: HttpSettings, carrier: Carrier) -> Self {
        Self {
            settings,
            carrier,
            client: ArcSwapOption::const_empty(),
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

    /// The HTTP client for requests to an address. The first one by TLS takes some milliseconds: it reads the trust
    /// store.
    pub(crate) fn ready(&self, url: &Url, log: &Log) -> Result<Ready, Failure> {
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
        if let Some(foreign) = self.carrier.foreign() {
            return Ok(Ready::Foreign(foreign.clone()));
        }
        Handle::try_current().map_err(|_| refused("There is no tokio runtime.".to_owned()))?;
        let client = self.client(log).map_err(refused)?;
        if url.scheme() == "https" {
            client.prepare().map_err(refused)?;
        }
        if self.is_closed() {
            self.let_go();
            return Err(closed());
        }
        Ok(Ready::Builtin(client))
    }

    /// The one of this process.
    fn client(&self, log: &Log) -> Result<Arc<Client>, String> {
        let known = self.client.load();
        if let Some(known) = &*known
            && known.is_of_this_process()
        {
            return Ok(known.clone());
        }
        let fresh = Arc::new(Client::new(&self.settings, log)?);
        let before = self.client.compare_and_swap(&*known, Some(fresh.clone()));
        let before = Guard::into_inner(before);
        let was_first = match (&before, &*known) {
            (Some(before), Some(known)) => Arc::ptr_eq(before, known),
            (before, known) => before.is_none() && known.is_none(),
        };
        match before {
            Some(first) if !was_first && first.is_of_this_process() => Ok(first),
            before => {
                // The parent's connections: closing them here would disturb it.
                std::mem::forget(before);
                Ok(fresh)
            }
        }
    }

    fn let_go(&self) {
        let known = self.client.swap(None);
        if known
            .as_ref()
            .is_some_and(|known| !known.is_of_this_process())
        {
            // The parent's connections: closing them here would disturb it.
            std::mem::forget(known);
        }
    }
}

impl Drop for Http {
    fn drop(&mut self) {
        self.let_go();
    }
}
