//! One exchange: a request out, a whole answer in. The only file that knows which HTTP client is inside.

use std::error::Error as _;
use std::future::poll_fn;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, ready};
use std::time::{Duration, Instant};

use arc_swap::ArcSwap;
use bytes::{Bytes, BytesMut};
use http::{HeaderMap, Method, StatusCode};
use http_body::Body as _;
use reqwest::{Certificate, Client, ClientBuilder, Proxy};
use tokio::runtime::{Handle, Id};
use tokio::time::Sleep;
use url::Url;

use crate::Secret;
use crate::log::{Level, write};
use crate::response::request_id;

/// Connections that nobody uses are closed after this long: sooner than servers commonly do, so that a request
/// rarely meets one that is just being closed from the other side.
const IDLE: Duration = Duration::from_secs(30);

/// How often an HTTP/2 connection in use is asked whether it still works, and how long it may take to say so.
const KEEP_ALIVE: Duration = Duration::from_secs(10);

/// For how many runtimes a client keeps connections; the oldest give way.
const RUNTIMES: usize = 8;

/// For how many limits of connecting, beside its own, a client keeps connections; the oldest give way.
const OTHERS: usize = 4;

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
            let only = Client::builder().no_proxy().tls_certs_only(own).build();
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
        let mut builder = Client::builder()
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

    fn client(&self, log: Level) -> Result<Client, String> {
        let own = self.certificates()?;
        let build = |builder: ClientBuilder| builder.build().map_err(|error| reason(&error));
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

/// The connections of a client and its copies, made when the first request needs them.
pub(crate) struct Http {
    pub(crate) settings: HttpSettings,
    clients: ArcSwap<Vec<OfRuntime>>,
    /// Shared by all copies, whatever connections they have.
    closed: Arc<AtomicBool>,
    /// Those of calls and copies that connect within other limits, so that they share connections, too.
    others: ArcSwap<Vec<Arc<Self>>>,
}

/// An HTTP client that may be used here.
pub(crate) struct Ready(Client);

/// Connections are served by the runtime that made them, in the process that made them: another runtime would
/// wait for one that idles, and a forked child for threads it does not have. So each has its own.
#[derive(Clone)]
struct OfRuntime {
    process: u32,
    runtime: Id,
    client: Client,
}

impl Http {
    pub(crate) fn new(settings: HttpSettings) -> Self {
        Self {
            settings,
            clients: ArcSwap::default(),
            closed: Arc::default(),
            others: ArcSwap::default(),
        }
    }

    /// Connections that are made with these settings and closed together with these.
    pub(crate) fn of(self: &Arc<Self>, settings: &HttpSettings) -> Arc<Self> {
        let connect_timeout = settings.connect_timeout;
        let otherwise = HttpSettings {
            connect_timeout: self.settings.connect_timeout,
            ..settings.clone()
        };
        if otherwise == self.settings {
            return self.connecting_within(connect_timeout);
        }
        Arc::new(self.sibling(settings.clone()))
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
        let fresh = Arc::new(self.sibling(HttpSettings {
            connect_timeout: limit,
            ..self.settings.clone()
        }));
        self.others.rcu(|known| {
            let newest = known.len().saturating_sub(OTHERS - 1);
            let newest = known.iter().skip(newest);
            newest.chain([&fresh]).cloned().collect::<Vec<_>>()
        });
        fresh
    }

    fn sibling(&self, settings: HttpSettings) -> Self {
        Self {
            settings,
            clients: ArcSwap::default(),
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

    /// The HTTP client of this runtime. The first one takes some milliseconds: it reads the trust store.
    pub(crate) fn ready(&self, log: Level) -> Result<Ready, Failure> {
        let refused = |reason: String| Failure::NoAnswer {
            reason,
            may_retry: false,
            sent: false,
        };
        let closed = || refused("The client is closed.".to_owned());
        if self.is_closed() {
            return Err(closed());
        }
        let runtime = Handle::try_current()
            .map_err(|_| refused("There is no tokio runtime.".to_owned()))?
            .id();
        let process = std::process::id();
        let known = self.clients.load();
        let known = known
            .iter()
            .find(|known| known.process == process && known.runtime == runtime);
        if let Some(known) = known {
            return Ok(Ready(known.client.clone()));
        }
        let client = self.settings.client(log).map_err(refused)?;
        let fresh = OfRuntime {
            process,
            runtime,
            client: client.clone(),
        };
        self.clients.rcu(|known| {
            let newest = known.len().saturating_sub(RUNTIMES - 1);
            known
                .iter()
                .skip(newest)
                .chain([&fresh])
                .cloned()
                .collect::<Vec<_>>()
        });
        if self.is_closed() {
            self.let_go();
            return Err(closed());
        }
        Ok(Ready(client))
    }

    fn let_go(&self) {
        let process = std::process::id();
        let known = self.clients.swap(Arc::default());
        if known.iter().any(|known| known.process != process) {
            // The parent's connections, and with them the list: closing them here would disturb it.
            std::mem::forget(known);
        }
    }
}

impl Drop for Http {
    fn drop(&mut self) {
        self.let_go();
    }
}

/// A request, ready to go.
pub(crate) struct Outgoing {
    pub(crate) method: Method,
    pub(crate) url: Url,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Option<Bytes>,
}

/// An answer.
pub(crate) struct Incoming {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    /// The whole body,
    pub(crate) body: Bytes,
    /// unless it was left unread.
    pub(crate) unread: Option<Unread>,
}

/// A body that is read as it comes. Dropping it closes the connection.
pub(crate) struct Unread(reqwest::Body);

impl Unread {
    /// The next piece; `None` at the end.
    pub(crate) fn poll_chunk(
        &mut self,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Bytes, String>>> {
        loop {
            let frame = ready!(Pin::new(&mut self.0).poll_frame(context));
            return Poll::Ready(match frame {
                None => None,
                Some(Ok(frame)) => match frame.into_data() {
                    Ok(chunk) => Some(Ok(chunk)),
                    // Trailers say nothing that matters here.
                    Err(_) => continue,
                },
                Some(Err(error)) => Some(Err(reason(&error))),
            });
        }
    }
}

/// Why there is no whole answer.
pub(crate) enum Failure {
    /// It never began, or broke off before the headers were complete.
    NoAnswer {
        reason: String,
        may_retry: bool,
        /// Whether the request may have arrived all the same.
        sent: bool,
    },
    /// A success began and its body broke off.
    CutShort { reason: String },
    /// It took too long.
    TimedOut {
        reason: String,
        /// Whether the request may have arrived all the same.
        sent: bool,
    },
    /// Its body is larger than this many bytes.
    TooLarge {
        limit: usize,
        status: StatusCode,
        headers: HeaderMap,
    },
}

/// Sends a request and reads its answer, if `whole`: `limit` bytes of body at most, by `end` at the latest. Dropping
/// the future ends the exchange.
pub(crate) async fn exchange(
    client: &Ready,
    request: Outgoing,
    whole: bool,
    limit: usize,
    end: Option<(Instant, Duration)>,
) -> Result<Incoming, Failure> {
    let mut outgoing = reqwest::Request::new(request.method, request.url);
    *outgoing.headers_mut() = request.headers;
    *outgoing.body_mut() = request.body.map(Into::into);
    // One timer for the whole of it.
    let mut end = end.map(|(end, length)| (Box::pin(tokio::time::sleep_until(end.into())), length));
    let answer = until(&mut end, pin!(client.0.execute(outgoing))).await?;
    let mut answer = answer.map_err(|error| {
        let (reason, sent) = (reason(&error), !error.is_connect() && !error.is_builder());
        if error.is_timeout() {
            Failure::TimedOut { reason, sent }
        } else {
            let may_retry = !error.is_builder();
            Failure::NoAnswer {
                reason,
                may_retry,
                sent,
            }
        }
    })?;
    let status = answer.status();
    let headers = std::mem::take(answer.headers_mut());
    if !whole && status.is_success() {
        return Ok(Incoming {
            status,
            headers,
            body: Bytes::new(),
            unread: Some(Unread(answer.into())),
        });
    }
    let mut read = Body::default();
    let whole = until(&mut end, pin!(read.fill(&mut answer, limit))).await;
    match whole {
        Ok(Ok(())) => {}
        // A failure says enough by its status, whatever becomes of its body.
        _ if !status.is_success() => {}
        Ok(Err(Broken::TooLarge)) => {
            return Err(Failure::TooLarge {
                limit,
                status,
                headers,
            });
        }
        Ok(Err(Broken::Off(error))) if error.is_timeout() => {
            return Err(Failure::TimedOut {
                reason: reason(&error),
                sent: true,
            });
        }
        Ok(Err(Broken::Off(error))) => {
            let id = request_id(&headers).unwrap_or("none");
            let cause = reason(&error);
            return Err(Failure::CutShort {
                reason: format!(
                    "The answer broke off (status {}, request id {id}): {cause}",
                    status.as_u16()
                ),
            });
        }
        Err(failure) => return Err(failure),
    }
    Ok(Incoming {
        status,
        headers,
        body: read.into_bytes(),
        unread: None,
    })
}

/// When an attempt is over, and how long it may take.
type End = Option<(Pin<Box<Sleep>>, Duration)>;

/// What comes of `future` before the attempt is over.
async fn until<T>(
    end: &mut End,
    mut future: Pin<&mut impl Future<Output = T>>,
) -> Result<T, Failure> {
    poll_fn(|context| {
        if let Poll::Ready(outcome) = future.as_mut().poll(context) {
            return Poll::Ready(Ok(outcome));
        }
        match end {
            Some((sleep, length)) => sleep.as_mut().poll(context).map(|()| {
                Err(Failure::TimedOut {
                    reason: format!("No whole answer within {length:.1?}."),
                    sent: true,
                })
            }),
            None => Poll::Pending,
        }
    })
    .await
}

/// A body, as far as it has been read.
#[derive(Default)]
struct Body {
    /// Most bodies are one chunk, which is then the body without a copy.
    first: Bytes,
    more: BytesMut,
}

enum Broken {
    Off(reqwest::Error),
    TooLarge,
}

impl Body {
    async fn fill(&mut self, answer: &mut reqwest::Response, limit: usize) -> Result<(), Broken> {
        while let Some(chunk) = answer.chunk().await.map_err(Broken::Off)? {
            if self.first.len() + self.more.len() + chunk.len() > limit {
                return Err(Broken::TooLarge);
            }
            if self.first.is_empty() && self.more.is_empty() {
                self.first = chunk;
            } else {
                self.more
                    .extend_from_slice(&std::mem::take(&mut self.first));
                self.more.extend_from_slice(&chunk);
            }
        }
        Ok(())
    }

    fn into_bytes(self) -> Bytes {
        if self.more.is_empty() {
            self.first
        } else {
            self.more.freeze()
        }
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
