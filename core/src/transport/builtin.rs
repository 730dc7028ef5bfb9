//! The HTTP client that is built in. The only file that knows which one it is.

use std::error::Error as _;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use http_body::Body as _;
use reqwest::{Certificate, ClientBuilder, Proxy};

use super::seam::TransportError;
use super::{Answered, Outgoing, Unread};
use crate::Secret;
use crate::log::{Level, write};

/// Connections that nobody uses are closed after this long: sooner than servers commonly do, so that a request
/// rarely meets one that is just being closed from the other side.
const IDLE: Duration = Duration::from_secs(30);

/// How often an HTTP/2 connection in use is asked whether it still works, and how long it may take to say so.
const KEEP_ALIVE: Duration = Duration::from_secs(10);

/// Where the environment can say which certificates the platform trusts.
const STORES: [&str; 2] = ["SSL_CERT_FILE", "SSL_CERT_DIR"];

/// What connections are made with. Clients with the same share them.
#[derive(Clone, PartialEq)]
pub(crate) struct HttpSettings {
    pub(crate) connect_timeout: Option<Duration>,
    /// PEM texts.
    pub(crate) root_certificates: Vec<String>,
    /// `None` leaves it to the environment, `Some(None)` goes without.
    pub(crate) proxy: Option<Option<Secret>>,
}

impl HttpSettings {
    /// Whether everything in it can be used; otherwise the option and its rule.
    pub(crate) fn check(&self) -> Result<(), (&'static str, &'static str)> {
        const CERTIFICATES: (&str, &str) =
            ("root_certificates", "must hold certificates as PEM texts");
        let own = self
            .certificates()
            .map_err(|rule| ("root_certificates", rule))?;
        if !own.is_empty() {
            // Reading PEM does not look inside a certificate; making a client of them does.
            let only = reqwest::Client::builder()
                .no_proxy()
                .tls_certs_only(own)
                .build();
            only.map_err(|_| CERTIFICATES)?;
        }
        self.proxy().map_err(|rule| ("proxy", rule))?;
        Ok(())
    }

    fn certificates(&self) -> Result<Vec<Certificate>, &'static str> {
        let mut all = Vec::new();
        for pem in &self.root_certificates {
            let some = Certificate::from_pem_bundle(pem.as_bytes()).unwrap_or_default();
            if some.is_empty() {
                return Err("must hold certificates as PEM texts");
            }
            all.extend(some);
        }
        Ok(all)
    }

    fn proxy(&self) -> Result<Option<Proxy>, &'static str> {
        const RULE: &str = "must be the URL of an HTTP proxy, such as http://proxy.example:3128";
        let Some(Some(text)) = &self.proxy else {
            return Ok(None);
        };
        // A scheme that the HTTP client does not know would be passed over, and the request go straight out.
        let known = match text.expose().split_once("://") {
            Some((scheme, _)) => ["http", "https"]
                .iter()
                .any(|known| scheme.eq_ignore_ascii_case(known)),
            None => true,
        };
        if !known {
            return Err(RULE);
        }
        Proxy::all(text.expose()).map(Some).map_err(|_| RULE)
    }

    fn builder(&self) -> Result<ClientBuilder, &'static str> {
        let mut builder = reqwest::Client::builder()
            // A redirected POST would arrive as a GET without its body, or repeat itself elsewhere.
            .redirect(reqwest::redirect::Policy::none())
            .referer(false)
            .retry(reqwest::retry::never())
            .pool_idle_timeout(IDLE)
            // A connection that takes everything and gives nothing back is noticed, and not used again.
            .http2_keep_alive_interval(KEEP_ALIVE)
            .http2_keep_alive_timeout(KEEP_ALIVE);
        if let Some(limit) = self.connect_timeout {
            builder = builder.connect_timeout(limit);
        }
        if let Some(proxy) = self.proxy()? {
            builder = builder.proxy(proxy);
        } else if self.proxy.is_some() {
            builder = builder.no_proxy();
        }
        Ok(builder)
    }

    pub(super) fn client(&self, log: Level) -> Result<Client, String> {
        let own = self.certificates()?;
        let build =
            |builder: ClientBuilder| builder.build().map(Client).map_err(|error| reason(&error));
        // Without certificates of its own a client cannot be built where the platform has none either.
        let with_platform = build(self.builder()?);
        match with_platform {
            Ok(client) if own.is_empty() => Ok(client),
            Ok(_) => build(self.builder()?.tls_certs_merge(own)),
            // Whoever names a store means that one and no other.
            Err(reason) if STORES.iter().any(|name| std::env::var_os(name).is_some()) => {
                Err(format!(
                    "No certificate can be read from {}: {reason}",
                    STORES.join(" or ")
                ))
            }
            Err(_) => {
                write(
                    log,
                    Level::Warn,
                    format_args!(
                        "this machine has no certificate store; Mozilla's list is trusted instead"
                    ),
                );
                let listed = webpki_root_certs::TLS_SERVER_ROOT_CERTS.iter();
                let listed: Result<Vec<_>, _> =
                    listed.map(|der| Certificate::from_der(der)).collect();
                let listed = listed.map_err(|error| reason(&error))?;
                build(
                    self.builder()?
                        .tls_certs_only(listed.into_iter().chain(own)),
                )
            }
        }
    }
}

/// An HTTP client with its connections.
#[derive(Clone)]
pub(crate) struct Client(reqwest::Client);

impl Client {
    /// Sends a request and gives the head of its answer.
    pub(super) async fn send(&self, request: Outgoing) -> Result<Answered, TransportError> {
        let mut outgoing = reqwest::Request::new(request.method, request.url);
        *outgoing.headers_mut() = request.headers;
        *outgoing.body_mut() = request.body.map(Into::into);
        let mut answer = self
            .0
            .execute(outgoing)
            .await
            .map_err(|error| TransportError {
                is_unsent: error.is_connect() || error.is_builder(),
                is_permanent: error.is_builder(),
                ..failed(&error)
            })?;
        Ok(Answered {
            status: answer.status(),
            headers: std::mem::take(answer.headers_mut()),
            body: Unread::Builtin(Body(answer.into())),
        })
    }
}

/// A body that is read as it comes.
pub(crate) struct Body(reqwest::Body);

impl Body {
    pub(super) fn poll_chunk(
        &mut self,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Bytes, TransportError>>> {
        loop {
            let frame = ready!(Pin::new(&mut self.0).poll_frame(context));
            return Poll::Ready(match frame {
                None => None,
                Some(Ok(frame)) => match frame.into_data() {
                    Ok(chunk) => Some(Ok(chunk)),
                    // Trailers say nothing that matters here.
                    Err(_) => continue,
                },
                Some(Err(error)) => Some(Err(failed(&error))),
            });
        }
    }
}

fn failed(error: &reqwest::Error) -> TransportError {
    let failed = TransportError::new(reason(error));
    if error.is_timeout() {
        failed.timed_out()
    } else {
        failed
    }
}

/// What lies beneath the HTTP client's error, without the address: a query may hold secrets.
fn reason(error: &reqwest::Error) -> String {
    let mut causes: Vec<String> = Vec::new();
    let mut cause = error.source();
    while let Some(error) = cause {
        let text = match error.to_string().as_str() {
            "client error (Connect)" => "Could not connect".to_owned(),
            "client error (SendRequest)" => "The connection broke".to_owned(),
            text => text.to_owned(),
        };
        if !causes.last().is_some_and(|last| last.contains(&text)) {
            causes.push(text);
        }
        cause = error.source();
    }
    let mut text = causes.join(": ");
    if text.contains("invalid peer certificate") {
        text.insert_str(0, "The server's certificate is not trusted: ");
    }
    text
}
