//! The client, its builder, and the way to each resource.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use http::{HeaderMap, Method, header};
use serde_json::Value;

use crate::call::Path;
use crate::headers::{self, Caller};
use crate::language::Language;
use crate::log::Logger;
use crate::resources::Auth;
use crate::settings::{Key, Settings};
use crate::transport::{Carrier, Http, Source, Transport};
use crate::{Call, ClientOptions, Environment, Error, Headers, Secret};

/// A client of the Kernel API.
///
/// Cheap to clone; clones and copies share their connections.
#[derive(Clone)]
pub struct Kernel(Arc<Inner>);

struct Inner {
    settings: Settings,
    caller: Caller,
    /// Of every request: the client's own, the key's, and the caller's defaults over them.
    headers: HeaderMap,
    /// Those with what a first attempt says of itself beside, ready to be copied.
    first: HeaderMap,
    http: Arc<Http>,
    propagate: Option<Propagate>,
}

/// Adds headers of the program's context, such as that of a trace, to those of a call.
pub(crate) type Propagate = Arc<dyn Fn(&mut Headers) -> Result<(), Source> + Send + Sync>;

/// What a program brings along in place of, or beside, what is built in.
#[cfg_attr(
    not(feature = "host"),
    expect(unreachable_pub, reason = "bindings make it")
)]
#[derive(Clone, Default)]
pub struct Plugins {
    /// The HTTP client, unless it is the one built in or, of a copy, that of the client.
    pub(crate) transport: Option<Carrier>,
    pub(crate) propagate: Option<Propagate>,
    pub(crate) logger: Option<Logger>,
}

impl Kernel {
    /// A client with the key from `KERNEL_API_KEY` and everything else as the environment or the defaults say.
    ///
    /// # Errors
    ///
    /// [`crate::ErrorKind::Configuration`] when there is no key or a variable cannot be used.
    pub fn from_env() -> Result<Self, Error> {
        Self::new(ClientOptions::default())
    }

    /// A client with these options; what they leave out comes from the environment or the defaults.
    ///
    /// # Errors
    ///
    /// [`crate::ErrorKind::Configuration`] naming the option and its rule.
    pub fn new(options: ClientOptions) -> Result<Self, Error> {
        Self::for_caller(options, Plugins::default(), Caller::rust(), variable)
    }

    /// Options, one by one.
    pub fn builder() -> KernelBuilder {
        KernelBuilder::default()
    }

    pub(crate) fn for_caller(
        options: ClientOptions,
        plugins: Plugins,
        caller: Caller,
        variable: impl Fn(&str) -> Option<String>,
    ) -> Result<Self, Error> {
        Self::for_key(options, Key::Needed, plugins, caller, variable)
    }

    pub(crate) fn for_key(
        options: ClientOptions,
        key: Key,
        plugins: Plugins,
        caller: Caller,
        variable: impl Fn(&str) -> Option<String>,
    ) -> Result<Self, Error> {
        let settings = Settings::new(options, caller.language, key, plugins.logger, variable)?;
        let carrier = plugins.transport.unwrap_or_default();
        let carrier = carrier.within(&settings.http, &settings.base_url);
        let http = Arc::new(Http::new(settings.http.clone(), carrier));
        Self::with_settings(settings, caller, http, plugins.propagate)
    }

    /// The same client with a token in place of the key; `None` when a header cannot have it, or it is blank.
    pub(crate) fn with_token(&self, token: Secret) -> Option<Self> {
        if token.expose().trim().is_empty() {
            return None;
        }
        let mut settings = self.settings().clone();
        settings.api_key = Some(token);
        // Whoever holds a session holds no other secret, and nothing in the token's place.
        settings
            .default_headers
            .retain(|(name, _)| !headers::has_secret_name(name));
        self.like(settings, self.0.http.clone()).ok()
    }

    fn like(&self, settings: Settings, http: Arc<Http>) -> Result<Self, Error> {
        let (caller, propagate) = (self.0.caller.clone(), self.0.propagate.clone());
        Self::with_settings(settings, caller, http, propagate)
    }

    fn with_settings(
        settings: Settings,
        caller: Caller,
        http: Arc<Http>,
        propagate: Option<Propagate>,
    ) -> Result<Self, Error> {
        let mut headers = headers::of_client(
            &caller,
            settings.project_id.as_deref(),
            settings.project.as_deref(),
        )?;
        if let Some(key) = &settings.api_key {
            let bearer = headers::bearer(key).ok_or_else(|| {
                let option = caller.language.option("api_key");
                Error::configuration(
                    "api_key",
                    format!("`{option}` has a character that a header cannot have."),
                )
            })?;
            headers.insert(header::AUTHORIZATION, bearer);
        }
        let defaults = &settings.default_headers;
        headers::apply(&mut headers, defaults);
        let mut first = headers.clone();
        headers::of_attempt(&mut first, defaults, settings.limits.attempt, 0);
        Ok(Self(Arc::new(Inner {
            settings,
            caller,
            headers,
            first,
            http,
            propagate,
        })))
    }

    /// A copy with other options. It shares the connections unless the options change how they are made.
    ///
    /// # Errors
    ///
    /// [`crate::ErrorKind::Configuration`] naming the option and its rule.
    pub fn with_options(&self, options: ClientOptions) -> Result<Self, Error> {
        let settings = self.settings().clone().with(options)?;
        let http = self.0.http.of(&settings.http, &settings.base_url);
        self.like(settings, http)
    }

    /// A copy whose requests go over another HTTP client. It is closed when this client is.
    #[must_use]
    pub fn with_transport(&self, transport: impl Transport) -> Self {
        self.with_plugins(Plugins {
            transport: Some(Carrier::Own(Arc::new(transport))),
            ..Plugins::default()
        })
    }

    /// A copy with these in place of its own, as far as they are given. It is closed when this client is.
    pub(crate) fn with_plugins(&self, plugins: Plugins) -> Self {
        let of = &self.0;
        let http = plugins
            .transport
            .map_or_else(|| of.http.clone(), |carrier| of.http.over(carrier));
        let mut settings = of.settings.clone();
        if plugins.logger.is_some() {
            settings.log.logger = plugins.logger;
        }
        Self(Arc::new(Inner {
            settings,
            caller: of.caller.clone(),
            headers: of.headers.clone(),
            first: of.first.clone(),
            http,
            propagate: plugins.propagate.or_else(|| of.propagate.clone()),
        }))
    }

    /// A copy whose calls all have this context, wherever they are made.
    pub(crate) fn in_context(&self, context: Result<Headers, Source>) -> Self {
        if self.0.propagate.is_none() {
            return self.clone();
        }
        self.with_plugins(Plugins {
            propagate: Some(Arc::new(move |headers| {
                headers.0.extend(context.clone()?.0);
                Ok(())
            })),
            ..Plugins::default()
        })
    }

    /// The headers of the program's context, for one call.
    pub(crate) fn context(&self) -> Result<Headers, Source> {
        let mut headers = Headers::default();
        if let Some(propagate) = &self.0.propagate {
            propagate(&mut headers)?;
        }
        Ok(headers)
    }

    /// Managed auth: browser profiles that stay signed in.
    #[must_use]
    pub fn auth(&self) -> Auth {
        Auth::new(self.clone())
    }

    /// Where the API is, without a slash at the end.
    #[must_use]
    pub fn base_url(&self) -> &str {
        let settings = self.settings();
        let url = settings.base_url.as_str();
        match settings.language {
            // What its programs compare with ends in one,
            Language::Python => url,
            // and what these do is what they gave.
            Language::Node => settings.own_url.as_deref().unwrap_or(url),
            _ => url.trim_end_matches('/'),
        }
    }

    /// The limit of one attempt.
    #[must_use]
    pub fn timeout(&self) -> Option<Duration> {
        self.settings().limits.attempt
    }

    /// How often a failed request is sent again.
    #[must_use]
    pub fn max_retries(&self) -> u32 {
        self.settings().max_retries
    }

    /// Closes the connections that nobody uses. Calls of this client and its copies fail from now on with
    /// [`crate::ErrorKind::Connection`]; those under way end as they would.
    pub fn close(&self) {
        self.0.http.close();
    }

    /// Whether [`Kernel::close`] was called, here or on a copy.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        self.0.http.is_closed()
    }

    pub(crate) fn settings(&self) -> &Settings {
        &self.0.settings
    }

    #[cfg(feature = "host")]
    pub(crate) fn headers(&self) -> &HeaderMap {
        &self.0.headers
    }

    /// The headers of a request that is sent for the first time, with the client's own limits.
    pub(crate) fn first_headers(&self) -> &HeaderMap {
        &self.0.first
    }

    pub(crate) fn http(&self) -> &Arc<Http> {
        &self.0.http
    }

    pub(crate) fn get<P: Default, T>(&self, path: &'static str) -> Call<P, T> {
        Call::with(
            self.clone(),
            Method::GET,
            Path::Template(path),
            P::default(),
        )
    }

    pub(crate) fn post<P: Default, T>(&self, path: &'static str) -> Call<P, T> {
        self.post_with(path, P::default())
    }

    pub(crate) fn post_with<P, T>(&self, path: &'static str, params: P) -> Call<P, T> {
        Call::with(self.clone(), Method::POST, Path::Template(path), params)
    }

    pub(crate) fn patch<P: Default, T>(&self, path: &'static str) -> Call<P, T> {
        Call::with(
            self.clone(),
            Method::PATCH,
            Path::Template(path),
            P::default(),
        )
    }

    pub(crate) fn delete<P: Default, T>(&self, path: &'static str) -> Call<P, T> {
        Call::with(
            self.clone(),
            Method::DELETE,
            Path::Template(path),
            P::default(),
        )
    }
}

impl fmt::Debug for Kernel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Kernel")
            .field("base_url", &self.base_url())
            .field("timeout", &self.timeout())
            .field("max_retries", &self.max_retries())
            .finish_non_exhaustive()
    }
}

/// Makes a [`Kernel`], option by option.
#[derive(Clone, Default)]
#[must_use = "a builder does nothing until it is built"]
pub struct KernelBuilder(ClientOptions, Plugins);

impl From<ClientOptions> for KernelBuilder {
    fn from(options: ClientOptions) -> Self {
        Self(options, Plugins::default())
    }
}

impl fmt::Debug for KernelBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("KernelBuilder").field(&self.0).finish()
    }
}

impl KernelBuilder {
    /// The API key. Default: the environment variable `KERNEL_API_KEY`.
    pub fn api_key(mut self, key: impl Into<Secret>) -> Self {
        self.0.api_key = Some(key.into());
        self
    }

    /// Where the API is. Default: the environment variable `KERNEL_BASE_URL`, else the production API.
    pub fn base_url(mut self, url: impl Into<String>) -> Self {
        self.0.base_url = Some(Some(Secret::from(url)));
        self
    }

    /// Ignores the environment variable `KERNEL_BASE_URL`.
    pub fn without_base_url(mut self) -> Self {
        self.0.base_url = Some(None);
        self
    }

    /// Which API to talk to. Not together with a base URL, the one of `KERNEL_BASE_URL` included.
    /// Default: production.
    pub fn environment(mut self, environment: Environment) -> Self {
        self.0.environment = Some(environment.as_str().to_owned());
        self
    }

    /// The project by id. Default: the key's own project.
    pub fn project_id(mut self, id: impl Into<String>) -> Self {
        self.0.project_id = Some(Some(id.into()));
        self
    }

    /// The project by name. Default: the key's own project.
    pub fn project(mut self, name: impl Into<String>) -> Self {
        self.0.project = Some(Some(name.into()));
        self
    }

    /// The limit of one attempt: connecting, headers and body. Default: 60 s.
    pub fn timeout(mut self, limit: Duration) -> Self {
        self.0.timeout = Some(Some(limit.as_secs_f64().into()));
        self
    }

    /// No limit for an attempt.
    pub fn no_timeout(mut self) -> Self {
        self.0.timeout = Some(None);
        self
    }

    /// The limit for connecting. Default: 5 s.
    pub fn connect_timeout(mut self, limit: Duration) -> Self {
        self.0.connect_timeout = Some(limit.as_secs_f64());
        self
    }

    /// The limit of a whole call with all its attempts. Default: none.
    pub fn total_timeout(mut self, limit: Duration) -> Self {
        self.0.total_timeout = Some(Some(limit.as_secs_f64()));
        self
    }

    /// How often a failed request is sent again: connection errors, timeouts, 408, 429, 500 and above.
    /// Default: 2.
    pub fn max_retries(mut self, retries: u32) -> Self {
        self.0.max_retries = Some(retries.into());
        self
    }

    /// A header of every request. Default: those of the environment variable `KERNEL_CUSTOM_HEADERS`,
    /// `Name: value` a line.
    pub fn default_header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.0
            .default_headers
            .get_or_insert_default()
            .0
            .insert(name.into(), Some(value.into()));
        self
    }

    /// Keeps a header out of every request that the client would send.
    pub fn without_header(mut self, name: impl Into<String>) -> Self {
        self.0
            .default_headers
            .get_or_insert_default()
            .0
            .insert(name.into(), None);
        self
    }

    /// A query parameter of every request.
    pub fn default_query(mut self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        self.0
            .default_query
            .get_or_insert_default()
            .0
            .insert(name.into(), value.into());
        self
    }

    /// Certificates to trust beside the platform's, as PEM text.
    pub fn root_certificate(mut self, pem: impl Into<String>) -> Self {
        self.0
            .root_certificates
            .get_or_insert_default()
            .push(pem.into());
        self
    }

    /// The URL of a proxy. Default: what the environment says (`HTTPS_PROXY` and its kin).
    pub fn proxy(mut self, url: impl Into<Secret>) -> Self {
        self.0.proxy = Some(Some(url.into()));
        self
    }

    /// No proxy, whatever the environment says.
    pub fn no_proxy(mut self) -> Self {
        self.0.proxy = Some(None);
        self
    }

    /// How long a stream may be silent. Default: 60 s.
    pub fn idle_timeout(mut self, limit: Duration) -> Self {
        self.0.idle_timeout = Some(Some(limit.as_secs_f64()));
        self
    }

    /// No limit for the silence of a stream.
    pub fn no_idle_timeout(mut self) -> Self {
        self.0.idle_timeout = Some(None);
        self
    }

    /// The largest event of a stream. Default: 16 MiB.
    pub fn max_event_bytes(mut self, bytes: usize) -> Self {
        self.0.max_event_bytes = Some(i64::try_from(bytes).unwrap_or(i64::MAX));
        self
    }

    /// The largest body of an answer, after decompression. Default: 64 MiB.
    pub fn max_response_bytes(mut self, bytes: usize) -> Self {
        self.0.max_response_bytes = Some(i64::try_from(bytes).unwrap_or(i64::MAX));
        self
    }

    /// What is written to standard error: `off`, `error`, `warn`, `info` or `debug`. Default: the environment
    /// variable `KERNEL_LOG`, else `warn`. `tracing` subscribers see everything whatever this says.
    pub fn log_level(mut self, level: impl Into<String>) -> Self {
        self.0.log_level = Some(level.into());
        self
    }

    /// The program's own HTTP client, in place of the one built in. How connections are made (`proxy`,
    /// `root_certificate`, `connect_timeout`) is then its own business.
    pub fn transport(mut self, transport: impl Transport) -> Self {
        self.1.transport = Some(Carrier::Own(Arc::new(transport)));
        self
    }

    /// Is called for each call, when it is made, and adds headers of the program's context: those of a trace, for
    /// example. Headers of the call itself win.
    pub fn propagate(mut self, add: impl Fn(&mut Headers) + Send + Sync + 'static) -> Self {
        self.1.propagate = Some(Arc::new(move |headers| {
            add(headers);
            Ok(())
        }));
        self
    }

    /// The client.
    ///
    /// # Errors
    ///
    /// [`crate::ErrorKind::Configuration`] naming the option and its rule.
    pub fn build(self) -> Result<Kernel, Error> {
        Kernel::for_caller(self.0, self.1, Caller::rust(), variable)
    }

    /// A client that sends no key, for what needs none.
    pub(crate) fn build_without_key(self) -> Result<Kernel, Error> {
        Kernel::for_key(self.0, Key::Unused, self.1, Caller::rust(), variable)
    }
}

fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok()
}
