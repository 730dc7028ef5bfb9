//! One exchange: a request out, a whole answer in. The only file that knows which HTTP client is inside.

use std::error::Error as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use arc_swap::ArcSwapOption;
use bytes::{Bytes, BytesMut};
use http::{HeaderMap, Method, StatusCode};
use reqwest::{Certificate, Client, ClientBuilder, Proxy};
use url::Url;

use crate::Secret;

/// Connections that nobody uses are closed after this long: sooner than servers commonly do, so that a request
/// rarely meets one that is just being closed from the other side.
const IDLE: Duration = Duration::from_secs(30);

/// What connections are made with. Clients with the same share them.
#[derive(Clone, PartialEq)]
pub(crate) struct HttpSettings {
    pub(crate) connect_timeout: Duration,
    /// PEM texts.
    pub(crate) root_certificates: Vec<String>,
    /// `None` leaves it to the environment, `Some(None)` goes without.
    pub(crate) proxy: Option<Option<Secret>>,
}

impl HttpSettings {
    /// Whether everything in it can be read; otherwise the option and its rule.
    pub(crate) fn check(&self) -> Result<(), (&'static str, &'static str)> {
        self.certificates()
            .map_err(|rule| ("root_certificates", rule))?;
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
        let Some(Some(url)) = &self.proxy else {
            return Ok(None);
        };
        Proxy::all(url.expose())
            .map(Some)
            .map_err(|_| "must be the URL of a proxy, such as http://proxy.example:3128")
    }

    fn builder(&self) -> Result<ClientBuilder, &'static str> {
        let mut builder = Client::builder()
            // A redirected POST would arrive as a GET without its body, or repeat itself elsewhere.
            .redirect(reqwest::redirect::Policy::none())
            .referer(false)
            .retry(reqwest::retry::never())
            .connect_timeout(self.connect_timeout)
            .pool_idle_timeout(IDLE);
        if let Some(proxy) = self.proxy()? {
            builder = builder.proxy(proxy);
        } else if self.proxy.is_some() {
            builder = builder.no_proxy();
        }
        Ok(builder)
    }

    fn client(&self) -> Result<Client, String> {
        let own = self.certificates()?;
        let built = self.builder()?.tls_certs_merge(own.clone()).build();
        // A machine without a certificate store (a bare container) trusts Mozilla's list instead.
        let built = built.or_else(|error| {
            let listed = webpki_root_certs::TLS_SERVER_ROOT_CERTS.iter();
            let listed: Result<Vec<_>, _> = listed.map(|der| Certificate::from_der(der)).collect();
            match (self.builder(), listed) {
                (Ok(builder), Ok(listed)) => builder
                    .tls_certs_only(listed.into_iter().chain(own))
                    .build(),
                _ => Err(error),
            }
        });
        built.map_err(|error| reason(&error))
    }
}

/// The connections of a client and its copies, made when the first request needs them.
pub(crate) struct Http {
    pub(crate) settings: HttpSettings,
    client: ArcSwapOption<OfProcess>,
    closed: AtomicBool,
}

/// An HTTP client that this process may use.
pub(crate) struct Ready(Client);

/// After a fork the child has the parent's connections but none of the threads that serve them, so it leaves
/// them alone and makes its own.
struct OfProcess {
    process: u32,
    client: Client,
}

impl Http {
    pub(crate) fn new(settings: HttpSettings) -> Self {
        Self {
            settings,
            client: ArcSwapOption::empty(),
            closed: AtomicBool::new(false),
        }
    }

    /// Lets go of the connections; requests are refused from now on.
    pub(crate) fn close(&self) {
        self.closed.store(true, Ordering::Release);
        self.replace(None);
    }

    pub(crate) fn is_closed(&self) -> bool {
        self.closed.load(Ordering::Acquire)
    }

    /// The HTTP client of this process. The first one takes some milliseconds: it reads the trust store.
    pub(crate) fn ready(&self) -> Result<Ready, Failure> {
        if self.is_closed() {
            return Err(Failure::refused("the client is closed"));
        }
        let process = std::process::id();
        if let Some(current) = &*self.client.load()
            && current.process == process
        {
            return Ok(Ready(current.client.clone()));
        }
        let client = self.settings.client().map_err(Failure::refused)?;
        self.replace(Some(Arc::new(OfProcess {
            process,
            client: client.clone(),
        })));
        Ok(Ready(client))
    }

    fn replace(&self, new: Option<Arc<OfProcess>>) {
        if let Some(old) = self.client.swap(new)
            && old.process != std::process::id()
        {
            std::mem::forget(old);
        }
    }
}

impl Drop for Http {
    fn drop(&mut self) {
        self.replace(None);
    }
}

/// A request, ready to go.
pub(crate) struct Outgoing {
    pub(crate) method: Method,
    pub(crate) url: Url,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Option<Bytes>,
}

/// A whole answer.
pub(crate) struct Incoming {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

/// Why there is no whole answer.
pub(crate) enum Failure {
    /// It never began, or broke off before the headers were complete.
    NoAnswer {
        reason: String,
        source: Option<reqwest::Error>,
        may_retry: bool,
    },
    /// A success began and its body broke off.
    CutShort {
        reason: String,
        source: reqwest::Error,
    },
    /// It took too long.
    TimedOut { reason: String },
    /// Its body is larger than this many bytes.
    TooLarge { limit: usize },
}

impl Failure {
    fn refused(reason: impl Into<String>) -> Self {
        Self::NoAnswer {
            reason: reason.into(),
            source: None,
            may_retry: false,
        }
    }

    fn of(error: reqwest::Error) -> Self {
        // A timeout while reading counts as a decode error too, so it is asked first.
        if error.is_timeout() {
            return Self::TimedOut {
                reason: reason(&error),
            };
        }
        Self::NoAnswer {
            reason: reason(&error),
            source: Some(error.without_url()),
            may_retry: true,
        }
    }
}

/// Sends a request and reads its answer, `limit` bytes of body at most. Dropping the future ends the exchange.
pub(crate) async fn exchange(
    client: Ready,
    request: Outgoing,
    limit: usize,
) -> Result<Incoming, Failure> {
    let mut outgoing = reqwest::Request::new(request.method, request.url);
    *outgoing.headers_mut() = request.headers;
    *outgoing.body_mut() = request.body.map(Into::into);
    let mut answer = client.0.execute(outgoing).await.map_err(Failure::of)?;
    let status = answer.status();
    let headers = std::mem::take(answer.headers_mut());
    match body(&mut answer, limit).await {
        Ok(body) => Ok(Incoming {
            status,
            headers,
            body,
        }),
        // A failure says enough by its status, whatever became of its body.
        Err((_, read)) if !status.is_success() => Ok(Incoming {
            status,
            headers,
            body: read,
        }),
        Err((failure, _)) => Err(failure),
    }
}

/// The whole body, or what went wrong and what was read until then.
async fn body(answer: &mut reqwest::Response, limit: usize) -> Result<Bytes, (Failure, Bytes)> {
    let mut whole = Bytes::new();
    let mut parts = BytesMut::new();
    loop {
        let read = match answer.chunk().await {
            Ok(Some(chunk)) if whole.len() + parts.len() + chunk.len() > limit => {
                Err(Failure::TooLarge { limit })
            }
            Ok(chunk) => Ok(chunk),
            Err(error) if error.is_timeout() => Err(Failure::TimedOut {
                reason: reason(&error),
            }),
            Err(error) => Err(Failure::CutShort {
                reason: format!("The answer broke off: {}", reason(&error)),
                source: error.without_url(),
            }),
        };
        match read {
            // Most answers are one chunk, which is then the body without a copy.
            Ok(Some(chunk)) if whole.is_empty() && parts.is_empty() => whole = chunk,
            Ok(Some(chunk)) => {
                parts.extend_from_slice(&std::mem::take(&mut whole));
                parts.extend_from_slice(&chunk);
            }
            Ok(None) if parts.is_empty() => return Ok(whole),
            Ok(None) => return Ok(parts.freeze()),
            Err(failure) => {
                return Err((
                    failure,
                    if parts.is_empty() {
                        whole
                    } else {
                        parts.freeze()
                    },
                ));
            }
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
