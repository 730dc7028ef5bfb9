//! A connection that has one request at a time (HTTP/1.1).

use std::future::poll_fn;
use std::pin::{Pin, pin};
use std::task::Context;

use bytes::Bytes;
use http::{HeaderValue, Request, Response, Uri, header};
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::client::conn::{TrySendError, http1};
use url::{Position, Url};

use super::connect::{Connected, Io, Via};
use super::idle::Target;
use super::socket::Keeper;
use crate::address::Address;

/// What is sent.
pub(super) type Sent = Full<Bytes>;

/// A connection and what drives it: nothing does while nobody waits for an answer.
pub(super) struct Connection {
    pub(super) target: Target,
    pub(super) keeper: Keeper,
    pub(super) sender: http1::SendRequest<Sent>,
    /// Missing when it is over.
    pub(super) driver: Option<http1::Connection<Io, Sent>>,
    via: Option<Via>,
}

impl Connection {
    pub(super) async fn open(server: &Url, connected: Connected) -> hyper::Result<Box<Self>> {
        // Bodies are small: one piece is sent with less than two are.
        let (sender, driver) = http1::Builder::new()
            .writev(false)
            .handshake(connected.io)
            .await?;
        Ok(Box::new(Self {
            target: Target::of(server),
            keeper: connected.keeper,
            sender,
            driver: Some(driver),
            via: connected.via,
        }))
    }

    /// Writes upon a request where it goes.
    pub(super) fn address(
        &self,
        request: &mut Request<Sent>,
        address: &Address,
    ) -> Result<(), http::Error> {
        let headers = request.headers_mut();
        if !headers.contains_key(header::HOST) {
            headers.insert(header::HOST, host(address)?);
        }
        let uri = if let Some(via) = &self.via {
            if let Some(authorization) = &via.authorization
                && !headers.contains_key(header::PROXY_AUTHORIZATION)
            {
                headers.insert(header::PROXY_AUTHORIZATION, authorization.clone());
            }
            whole(address)?
        } else {
            Uri::from(address.target().clone())
        };
        *request.uri_mut() = uri;
        Ok(())
    }

    /// Sends a request and gives the head of its answer. A request that was not sent comes back.
    pub(super) async fn send(
        &mut self,
        request: Request<Sent>,
    ) -> Result<Response<Incoming>, TrySendError<Request<Sent>>> {
        let mut answer = pin!(self.sender.try_send_request(request));
        let driver = &mut self.driver;
        poll_fn(|context| {
            drive(driver, context);
            answer.as_mut().poll(context)
        })
        .await
    }

    /// Goes on with what is under way.
    pub(super) fn drive(&mut self, context: &mut Context<'_>) {
        drive(&mut self.driver, context);
    }
}

fn drive(driver: &mut Option<http1::Connection<Io, Sent>>, context: &mut Context<'_>) {
    if let Some(connection) = driver
        && Pin::new(connection).poll(context).is_ready()
    {
        // However it ended, whoever waits for an answer is told so.
        *driver = None;
    }
}

/// The whole of an address that can be sent.
pub(super) fn whole(address: &Address) -> Result<Uri, http::Error> {
    addressed(address, None)
}

/// The whole of an address, of another host where the caller says so.
pub(super) fn addressed(address: &Address, to: Option<HeaderValue>) -> Result<Uri, http::Error> {
    let to = match to {
        Some(host) => host,
        None => host(address)?,
    };
    Uri::builder()
        .scheme(address.server().scheme())
        .authority(to.as_bytes())
        .path_and_query(address.target().clone())
        .build()
}

fn host(address: &Address) -> Result<HeaderValue, http::Error> {
    Ok(HeaderValue::from_str(
        &address.server()[Position::BeforeHost..Position::AfterPort],
    )?)
}
