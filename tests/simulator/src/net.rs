//! Ports, and the connections made to them.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use hyper::server::conn::{http1, http2};
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;

use crate::serve::{self, Link, Site};
use crate::wire::{Line, Shears, Wire};

/// A port that is taken.
pub(crate) enum Port {
    /// It accepts connections.
    Open(TcpListener),
    /// It refuses them.
    Closed(TcpSocket),
}

impl Port {
    pub(crate) fn bind(host: IpAddr, port: u16, listen: bool) -> io::Result<Self> {
        let socket = if host.is_ipv6() {
            TcpSocket::new_v6()
        } else {
            TcpSocket::new_v4()
        }?;
        socket.set_reuseaddr(listen)?;
        socket.bind(SocketAddr::new(host, port))?;
        if listen {
            socket.listen(1024).map(Self::Open)
        } else {
            Ok(Self::Closed(socket))
        }
    }

    pub(crate) fn address(&self) -> io::Result<SocketAddr> {
        match self {
            Self::Open(listener) => listener.local_addr(),
            Self::Closed(socket) => socket.local_addr(),
        }
    }

    /// Answers on this port until the future is dropped, and every connection with it.
    pub(crate) async fn serve(self, site: Arc<Site>, tls: Option<TlsAcceptor>) {
        let listener = match self {
            Self::Open(listener) => listener,
            Self::Closed(_taken) => return std::future::pending().await,
        };
        let mut connections = JoinSet::new();
        loop {
            tokio::select! {
                accepted = listener.accept() => match accepted {
                    Ok((socket, _)) => {
                        connections.spawn(connection(socket, site.clone(), tls.clone()));
                    }
                    Err(error) => {
                        // Out of file descriptors, most likely: give connections a moment to end.
                        site.log(|| format!("cannot accept a connection: {error}"));
                        tokio::time::sleep(Duration::from_millis(20)).await;
                    }
                },
                Some(_) = connections.join_next() => {}
            }
        }
    }
}

async fn connection(socket: TcpStream, site: Arc<Site>, tls: Option<TlsAcceptor>) {
    let open = site.world().record().connect();
    if let Err(error) = socket.set_nodelay(true) {
        site.log(|| format!("connection {}: {error}", open.number()));
    }
    let line = match tls {
        None => Line::Plain(socket),
        Some(acceptor) => match acceptor.accept(socket).await {
            Ok(stream) => Line::Tls(Box::new(stream)),
            Err(error) => {
                site.world().record().tls_failed();
                site.log(|| format!("connection {}: TLS failed: {error}", open.number()));
                return;
            }
        },
    };
    let is_http2 = line.is_http2();
    let shears = Arc::new(Shears::default());
    let world = site.world().clone();
    let wire = Wire::new(line, shears.clone(), move || world.cuts_before_read());
    let link = Arc::new(Link::new(site.clone(), shears, open.number()));
    let service = service_fn(move |request| {
        let link = link.clone();
        async move { serve::answer(&link, request).await }
    });
    let io = TokioIo::new(wire);
    let served = if is_http2 {
        let http2 = http2::Builder::new(TokioExecutor::new());
        http2.serve_connection(io, service).await
    } else {
        http1::Builder::new().serve_connection(io, service).await
    };
    if let Err(error) = served {
        site.log(|| format!("connection {}: {error}", open.number()));
    }
}
