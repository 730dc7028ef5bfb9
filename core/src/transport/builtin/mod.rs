//! The HTTP client that is built in: hyper, and what a client needs around it. Nothing outside of here knows which one
//! it is.
//!
//! A call drives its own connection (HTTP/1.1): there is no task behind it that would have to be woken. Between calls
//! nobody does. So the same connections serve calls of any thread and runtime. A connection that takes many requests at
//! once (HTTP/2) has a task.

mod body;
mod connect;
mod connection;
mod failure;
mod idle;
mod settings;
mod shared;
mod socket;
mod trust;

use std::sync::{Arc, OnceLock};

use http::{HeaderValue, Request, header};
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::client::proxy::matcher::Matcher;

use super::seam::TransportError;
use super::{Answered, Outgoing, Unread};
use crate::address::Address;
use crate::log::Log;
use crate::process::Process;
use crate::runtime;
use body::Raw;
use connection::{Connection, Sent, whole};
use failure::{Broken, is_timeout, late, unconnected, unfit};
use idle::Idle;
use trust::Trust;

pub(crate) use body::Body;
pub(crate) use settings::HttpSettings;

/// An HTTP client with its connections.
pub(crate) struct Client {
    /// The process it was made in: what it holds is of no use in a forked child, which has none of the threads behind it.
    process: Process,
    settings: HttpSettings,
    log: Log,
    connector: HttpConnector,
    proxies: Option<Matcher>,
    trust: OnceLock<Trust>,
    idle: Arc<Idle>,
}

/// How a request gets there.
enum Route {
    Single(Box<Connection>),
    Shared(shared::Sender),
}

/// An answer that began, and what is left of it.
type Begun = (http::response::Parts, Raw);

impl Client {
    pub(super) fn new(settings: &HttpSettings, log: &Log) -> Result<Self, String> {
        Ok(Self {
            process: Process::current(),
            settings: settings.clone(),
            log: log.clone(),
            connector: connect::connector(settings.connect_timeout),
            proxies: settings.proxies()?,
            trust: OnceLock::new(),
            idle: Arc::default(),
        })
    }

    pub(super) fn is_of_this_process(&self) -> bool {
        self.process.is_current()
    }

    /// Makes what TLS needs, before it is needed: the platform's certificates are read, which takes some milliseconds.
    pub(super) fn prepare(&self) -> Result<(), String> {
        self.trust().map(|_| ())
    }

    fn trust(&self) -> Result<&Trust, String> {
        if let Some(trust) = self.trust.get() {
            return Ok(trust);
        }
        let made = Trust::new(&self.settings, &self.log)?;
        Ok(self.trust.get_or_init(|| made))
    }

    /// Sends a request and gives the head of its answer.
    pub(super) async fn send(&self, request: Outgoing) -> Result<Answered, TransportError> {
        let address = request.address;
        let mut message = Request::new(Sent::new(request.body.unwrap_or_default()));
        *message.method_mut() = request.method;
        *message.headers_mut() = request.headers;
        message
            .headers_mut()
            .entry(header::ACCEPT_ENCODING)
            .or_insert(HeaderValue::from_static("gzip"));
        loop {
            let (is_new, route) = match self.idle.route(address.server()) {
                Some(route) => (false, route),
                // In a box, as what only some calls need makes the future of every call larger.
                None => (true, Box::pin(self.open(&address)).await?),
            };
            let begun = match route {
                Route::Single(connection) => self.over(connection, message, &address).await,
                Route::Shared(sender) => {
                    shared::send(sender, message, &address, self.process).await
                }
            };
            match begun {
                Ok((mut head, raw)) => {
                    let body = Body::new(raw, &mut head.headers);
                    return Ok(Answered {
                        status: head.status,
                        headers: head.headers,
                        body: Unread::Builtin(body),
                    });
                }
                // It had been closed meanwhile.
                Err(Broken {
                    unsent: Some(again),
                    ..
                }) if !is_new => message = again,
                Err(Broken {
                    unsent: Some(_),
                    error,
                }) => return Err(error.unsent()),
                Err(Broken { error, .. }) => return Err(error),
            }
        }
    }

    /// A new connection, within the limit.
    async fn open(&self, address: &Address) -> Result<Route, TransportError> {
        let to = whole(address).map_err(|error| unfit(&error))?;
        let connecting = self.connect(&to);
        let connected = match self.settings.connect_timeout {
            Some(limit) => match tokio::time::timeout(limit, connecting).await {
                Err(_) => return Err(late(limit)),
                // Addresses have a part of it each.
                Ok(Err(error)) if is_timeout(&*error) => return Err(late(limit)),
                Ok(connected) => connected,
            },
            None => connecting.await,
        };
        let connected = connected.map_err(|error| unconnected(&*error))?;
        if !connected.is_http2 {
            let connection = Connection::open(address.server(), connected).await;
            return connection
                .map(Route::Single)
                .map_err(|error| unconnected(&error));
        }
        // Another call may have been faster: one is enough.
        if let Some(sender) = self.idle.shared(address.server()) {
            return Ok(Route::Shared(sender));
        }
        // From here on it is served where it can be at any time.
        let runtime = runtime::lasting().map_err(|error| unconnected(&error))?;
        let sender = shared::open(connected, &runtime).await?;
        self.idle
            .put_shared(address.server(), &runtime, sender.clone());
        Ok(Route::Shared(sender))
    }

    async fn over(
        &self,
        mut connection: Box<Connection>,
        mut request: Request<Sent>,
        address: &Address,
    ) -> Result<Begun, Broken> {
        connection
            .address(&mut request, address)
            .map_err(|error| unfit(&error))?;
        let (head, incoming) = connection.send(request).await?.into_parts();
        Ok((
            head,
            Raw::by(connection, incoming, self.process, &self.idle),
        ))
    }
}
