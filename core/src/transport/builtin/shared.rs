//! A connection that has many requests at once (HTTP/2).

use std::time::Duration;

use http::{Request, header};
use hyper::client::conn::http2;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use tokio::runtime::Handle;

use super::Begun;
use super::body::Raw;
use super::connect::Connected;
use super::connection::{Sent, addressed};
use super::failure::{Broken, unconnected, unfit};
use crate::address::Address;
use crate::process::Process;
use crate::transport::TransportError;

/// How often an HTTP/2 connection in use is asked whether it still works, and how long it may take to say so: one that
/// takes everything and gives nothing back is noticed, and not used again.
const KEEP_ALIVE: Duration = Duration::from_secs(10);

/// What sends requests.
pub(super) type Sender = http2::SendRequest<Sent>;

/// Begins HTTP/2 on a connection, which this runtime serves from now on.
pub(super) async fn open(connected: Connected, runtime: &Handle) -> Result<Sender, TransportError> {
    connected.keeper.moves();
    let handshake = runtime.spawn(async {
        http2::Builder::new(TokioExecutor::new())
            .timer(TokioTimer::new())
            .keep_alive_interval(KEEP_ALIVE)
            .keep_alive_timeout(KEEP_ALIVE)
            .handshake(connected.io)
            .await
    });
    let (sender, driver) = handshake
        .await
        .map_err(|error| unconnected(&error))?
        .map_err(|error| unconnected(&error))?;
    runtime.spawn(async {
        // However it ends, its calls are told so.
        let _ = driver.await;
    });
    Ok(sender)
}

/// Sends a request and gives the head of its answer.
pub(super) async fn send(
    mut sender: Sender,
    mut request: Request<Sent>,
    address: &Address,
    process: Process,
) -> Result<Begun, Broken> {
    // HTTP/2 has the host in the address.
    let host = request.headers_mut().remove(header::HOST);
    *request.uri_mut() = addressed(address, host).map_err(|error| unfit(&error))?;
    let (head, incoming) = sender.try_send_request(request).await?.into_parts();
    Ok((head, Raw::new(incoming, process)))
}
