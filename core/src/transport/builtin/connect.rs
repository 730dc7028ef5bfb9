//! A new connection: by way of a proxy or not, with TLS or without.

use std::error::Error;
use std::future::{Ready, ready};
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use http::{HeaderValue, Uri, uri};
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::client::legacy::connect::proxy::Tunnel;
use hyper_util::client::proxy::matcher::Intercept;
use hyper_util::rt::TokioIo;
use rustls::ClientConfig;
use rustls::pki_types::ServerName;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio_rustls::TlsConnector;
use tower_service::Service;

use super::Client;
use super::socket::{Keeper, Socket};

/// A connection that nobody answers on any more is given up after about this long.
const DEAD: Duration = Duration::from_secs(30);
/// How often an idle one is tried, and how many times.
const PROBE: Duration = Duration::from_secs(15);
const PROBES: u32 = 3;

/// What is read and written, whatever is below it.
pub(super) type Io = TokioIo<Box<dyn Stream>>;

pub(super) trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Stream for T {}

type Failed = Box<dyn Error + Send + Sync>;

/// A connection that was made.
pub(super) struct Connected {
    pub(super) io: Io,
    pub(super) keeper: Keeper,
    pub(super) is_http2: bool,
    pub(super) via: Option<Via>,
}

/// A proxy that is handed each request instead of making way for a connection.
pub(super) struct Via {
    pub(super) authorization: Option<HeaderValue>,
}

/// What makes connections to an address, within a limit that its several IP addresses share.
pub(super) fn connector(limit: Option<Duration>) -> HttpConnector {
    let mut connector = HttpConnector::new();
    connector.set_connect_timeout(limit);
    connector.enforce_http(false);
    connector.set_nodelay(true);
    connector.set_keepalive(Some(PROBE));
    connector.set_keepalive_interval(Some(PROBE));
    connector.set_keepalive_retries(Some(PROBES));
    #[cfg(any(target_os = "android", target_os = "linux"))]
    connector.set_tcp_user_timeout(Some(DEAD));
    connector
}

impl Client {
    /// Makes a connection for requests to this address.
    pub(super) async fn connect(&self, to: &Uri) -> Result<Connected, Failed> {
        let is_secure = to.scheme() == Some(&uri::Scheme::HTTPS);
        let proxy = self.proxies.as_ref();
        let proxy = proxy.and_then(|proxies| proxies.intercept(to));
        let first = proxy.as_ref().map_or(to, Intercept::uri);
        let stream = self.connector.clone().call(first.clone()).await?;
        let (socket, keeper) = Socket::new(stream.into_inner());
        let mut stream: Box<dyn Stream> = Box::new(socket);
        let mut via = None;
        if let Some(proxy) = &proxy {
            if proxy.uri().scheme() == Some(&uri::Scheme::HTTPS) {
                stream = tls(&self.trust()?.proxy, proxy.uri(), stream).await?.0;
            }
            let authorization = proxy.basic_auth().cloned();
            if is_secure {
                let mut tunnel = Tunnel::new(proxy.uri().clone(), Opened(Some(stream)));
                if let Some(authorization) = authorization {
                    tunnel = tunnel.with_auth(authorization);
                }
                stream = tunnel.call(to.clone()).await?.into_inner();
            } else {
                via = Some(Via { authorization });
            }
        }
        let mut is_http2 = false;
        if is_secure {
            (stream, is_http2) = tls(&self.trust()?.api, to, stream).await?;
        }
        Ok(Connected {
            io: TokioIo::new(stream),
            keeper,
            is_http2,
            via,
        })
    }
}

/// TLS on a connection, and whether HTTP/2 was agreed on.
async fn tls(
    config: &Arc<ClientConfig>,
    to: &Uri,
    stream: Box<dyn Stream>,
) -> Result<(Box<dyn Stream>, bool), Failed> {
    let host = to.host().unwrap_or_default();
    let host = host.trim_start_matches('[').trim_end_matches(']');
    let name = ServerName::try_from(host.to_owned())?;
    let connector = TlsConnector::from(config.clone());
    let stream = connector.connect(name, stream).await?;
    let is_http2 = stream.get_ref().1.alpn_protocol() == Some(b"h2");
    Ok((Box::new(stream), is_http2))
}

/// A connection to a proxy, for what would make one.
struct Opened(Option<Box<dyn Stream>>);

impl Service<Uri> for Opened {
    type Response = Io;
    type Error = std::io::Error;
    type Future = Ready<Result<Io, std::io::Error>>;

    fn poll_ready(&mut self, _context: &mut Context<'_>) -> Poll<Result<(), std::io::Error>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, _proxy: Uri) -> Self::Future {
        let stream = self.0.take();
        ready(stream.map_or_else(
            || Err(std::io::ErrorKind::NotConnected.into()),
            |stream| Ok(TokioIo::new(stream)),
        ))
    }
}
