//! All worlds of a simulator.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::task::AbortHandle;

use crate::net::Port;
use crate::serve::Site;
use crate::ticket::Tickets;
use crate::tls::Identity;
use crate::world::{World, WorldSpec};
use crate::{Failure, Log};

/// The name of the world behind the main address.
const DEFAULT: &str = "default";

/// Opens, finds and closes worlds.
pub(crate) struct Hub {
    host: IpAddr,
    log: Option<Log>,
    tickets: Arc<Tickets>,
    worlds: Mutex<Worlds>,
}

#[derive(Default)]
struct Worlds {
    opened: u64,
    running: HashMap<String, Running>,
}

struct Running {
    world: Arc<World>,
    task: AbortHandle,
}

/// A world that has just been opened.
pub(crate) struct Opened {
    pub(crate) world: Arc<World>,
    /// The authority behind its certificate, as PEM.
    pub(crate) ca: Option<String>,
}

impl Hub {
    pub(crate) fn new(host: IpAddr, log: Option<Log>) -> Arc<Self> {
        Arc::new(Self {
            host,
            log,
            tickets: Arc::default(),
            worlds: Mutex::default(),
        })
    }

    /// Opens the world of the main address, through which the others are controlled.
    pub(crate) fn open_default(self: &Arc<Self>, port: u16) -> Result<Opened, Failure> {
        self.serve(
            DEFAULT.to_owned(),
            Port::bind(self.host, port, true)?,
            WorldSpec::default(),
            true,
        )
    }

    /// Opens a world on a port of its own.
    pub(crate) fn open(self: &Arc<Self>, spec: WorldSpec) -> Result<Opened, Failure> {
        let id = {
            let mut worlds = self.worlds();
            worlds.opened += 1;
            format!("w{}", worlds.opened)
        };
        self.serve(id, Port::bind(self.host, 0, spec.listen)?, spec, false)
    }

    fn serve(
        self: &Arc<Self>,
        id: String,
        port: Port,
        spec: WorldSpec,
        controls: bool,
    ) -> Result<Opened, Failure> {
        let scheme = if spec.tls.is_some() { "https" } else { "http" };
        let base_url = format!("{scheme}://{}", port.address()?);
        let identity = match spec.tls {
            Some(tls) => tls.identity()?,
            None => Identity {
                acceptor: None,
                ca: None,
            },
        };
        let world = Arc::new(World::new(id.clone(), base_url, spec, self.tickets.clone()));
        let site = Arc::new(Site::new(world.clone(), self.clone(), controls));
        let task = tokio::spawn(port.serve(site, identity.acceptor)).abort_handle();
        self.worlds().running.insert(
            id,
            Running {
                world: world.clone(),
                task,
            },
        );
        Ok(Opened {
            world,
            ca: identity.ca,
        })
    }

    pub(crate) fn find(&self, id: &str) -> Option<Arc<World>> {
        self.worlds()
            .running
            .get(id)
            .map(|running| running.world.clone())
    }

    /// Closes a world with all its connections; `false` when there is none of that name.
    pub(crate) fn close(&self, id: &str) -> bool {
        let closed = self.worlds().running.remove(id);
        closed.is_some_and(|running| {
            running.task.abort();
            true
        })
    }

    pub(crate) fn is_default(id: &str) -> bool {
        id == DEFAULT
    }

    pub(crate) fn log(&self, line: impl FnOnce() -> String) {
        if let Some(log) = &self.log {
            log(&line());
        }
    }

    fn worlds(&self) -> MutexGuard<'_, Worlds> {
        self.worlds.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
