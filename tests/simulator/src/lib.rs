//! The Kernel API on one machine: a real HTTP server with the API's answers and scripted faults, for tests.
//!
//! ```
//! # async fn demo() -> Result<(), kernel_simulator::Failure> {
//! let simulator = kernel_simulator::Simulator::start().await?;
//! println!("{}", simulator.address()); // http://127.0.0.1:PORT
//! # Ok(())
//! # }
//! ```
//!
//! The main address is the default world. `POST /_simulator/worlds` opens further ones, each on a port of its own,
//! with its own connections, logins, clock, faults and record of requests.

mod answer;
mod api;
mod chaos;
mod chunk;
mod clock;
mod connection;
mod control;
mod cors;
mod edition;
mod fault;
mod flow;
mod follow;
mod hosted;
mod hub;
mod jwt;
mod net;
mod payload;
mod record;
mod report;
mod schema;
mod script;
mod serve;
mod spec;
mod ticket;
mod timeline;
mod tls;
mod wire;
mod world;

use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;
use std::thread::JoinHandle;

use tokio::sync::oneshot;

use crate::hub::Hub;
use crate::spec::Blueprint;

/// Why a simulator did not start.
pub type Failure = Box<dyn std::error::Error + Send + Sync>;

/// Takes one line of the log at a time.
pub type Log = Arc<dyn Fn(&str) + Send + Sync>;

/// The scripts of logins that come along: their names and the JSON of each.
pub fn scripts() -> impl Iterator<Item = (&'static str, &'static str)> {
    script::shipped().iter().copied()
}

/// How to start a simulator.
pub struct Options {
    /// The loopback address to listen on.
    pub host: IpAddr,
    /// The port of the main address; 0 takes a free one.
    pub port: u16,
    /// Where a line for each request and each state of a login goes.
    pub log: Option<Log>,
    /// What the default world is, as the JSON of `POST /_simulator/worlds`; one with a connection for every script
    /// that comes along when it is left out.
    pub world: Option<String>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            host: Ipv4Addr::LOCALHOST.into(),
            port: 0,
            log: None,
            world: None,
        }
    }
}

/// A running simulator. Dropping it stops it and closes every connection.
#[derive(Debug)]
pub struct Simulator {
    address: String,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Simulator {
    /// Starts a simulator on a free port of 127.0.0.1.
    ///
    /// # Errors
    /// When no port or thread can be had.
    pub async fn start() -> Result<Self, Failure> {
        Self::start_with(Options::default()).await
    }

    /// Starts a simulator as `options` say. It runs on a thread and a runtime of its own, so it answers whatever the
    /// caller's runtime is doing.
    ///
    /// # Errors
    /// When the host is not a loopback address, the world makes no sense, or the port or a thread cannot be had.
    pub async fn start_with(options: Options) -> Result<Self, Failure> {
        if !options.host.is_loopback() {
            return Err(format!(
                "{} is not a loopback address, such as 127.0.0.1 or ::1",
                options.host
            )
            .into());
        }
        let plan = match &options.world {
            None => Blueprint::showcase()?,
            Some(world) => {
                serde_json::from_str(world).map_err(|error| format!("this is no world: {error}"))?
            }
        };
        let (stop, stopped) = oneshot::channel();
        let (ready, opened) = oneshot::channel();
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        let thread = std::thread::Builder::new()
            .name("kernel-simulator".to_owned())
            .spawn(move || {
                runtime.block_on(async move {
                    let hub = Hub::new(options.host, options.log);
                    let opened = hub
                        .open_default(options.port, plan)
                        .map(|opened| opened.world.base_url().to_owned());
                    if ready.send(opened).is_ok() {
                        // Both a message and a dropped sender mean that it is over.
                        let _ = stopped.await;
                    }
                });
            })?;
        let address = opened.await??;
        Ok(Self {
            address,
            stop: Some(stop),
            thread: Some(thread),
        })
    }

    /// The main address, such as `http://127.0.0.1:40123`.
    #[must_use]
    pub fn address(&self) -> &str {
        &self.address
    }
}

impl Drop for Simulator {
    fn drop(&mut self) {
        self.stop.take();
        if let Some(thread) = self.thread.take() {
            // A thread that panicked has said so itself.
            let _ = thread.join();
        }
    }
}
