//! All worlds of a simulator.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::task::AbortHandle;

use crate::net::Port;
use crate::serve::Site;
use crate::spec::Blueprint;
use crate::ticket::Tickets;
use crate::tls::Identity;
use crate::world::World;
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
    tasks: [AbortHandle; 2],
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
    pub(crate) fn open_default(
        self: &Arc<Self>,
        port: u16,
        plan: Blueprint,
    ) -> Result<Opened, Failure> {
        let port = Port::bind(self.host, port, plan.listen)?;
        self.serve(DEFAULT.to_owned(), port, plan, true)
    }

    /// Opens a world on a port of its own.
    pub(crate) fn open(self: &Arc<Self>, plan: Blueprint) -> Result<Opened, Failure> {
        let id = {
            let mut worlds = self.worlds();
            worlds.opened += 1;
            format!("w{}", worlds.opened)
        };
        self.serve(id, Port::bind(self.host, 0, plan.listen)?, plan, false)
    }

    fn serve(
        self: &Arc<Self>,
        id: String,
        port: Port,
        plan: Blueprint,
        is_default: bool,
    ) -> Result<Opened, Failure> {
        let scheme = if plan.tls.is_some() { "https" } else { "http" };
        let base_url = format!("{scheme}://{}", port.address()?);
        let identity = match plan.tls {
            Some(tls) => tls.identity()?,
            None => Identity {
                acceptor: None,
                ca: None,
            },
        };
        // People watch the default world, tests the others.
        let pace = if is_default { 1.0 } else { 0.0 };
        let world = World::new(
            &id,
            base_url,
            plan,
            pace,
            self.tickets.clone(),
            self.log.clone(),
        );
        let world = Arc::new(world);
        let site = Arc::new(Site::new(world.clone(), self.clone(), is_default));
        let alive = world.clone();
        let tasks = [
            tokio::spawn(port.serve(site, identity.acceptor)).abort_handle(),
            tokio::spawn(async move { alive.live().await }).abort_handle(),
        ];
        let running = Running {
            world: world.clone(),
            tasks,
        };
        self.worlds().running.insert(id, running);
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
            running.tasks.iter().for_each(AbortHandle::abort);
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
