//! Settings: options checked, the environment read, defaults filled in.

use std::sync::Arc;
use std::time::Duration;

use serde_json::Map;
use url::Url;
use zeroize::Zeroizing;

use crate::headers::{self, Overrides};
use crate::language::Language;
use crate::log::{Level, Log, Logger};
use crate::timeout::Limits;
use crate::transport::HttpSettings;
use crate::{ClientOptions, Environment, Error, Fields, Headers, Secret, arguments};

const API_KEY: &str = "KERNEL_API_KEY";
const BASE_URL: &str = "KERNEL_BASE_URL";
const LOG: &str = "KERNEL_LOG";
const CUSTOM_HEADERS: &str = "KERNEL_CUSTOM_HEADERS";

/// How often a failed request is sent again, unless somebody says otherwise.
pub(crate) const MAX_RETRIES: u32 = 2;

/// The environment variables that a client reads. Blank ones count as not set.
#[cfg(feature = "host")]
pub(crate) const ENVIRONMENT: &[&str] = &[API_KEY, BASE_URL, LOG, CUSTOM_HEADERS];

/// What a client needs the API key for.
#[derive(Clone, Copy)]
pub(crate) enum Key {
    /// Its requests.
    Needed,
    /// Nothing, so that it is not even looked for.
    Unused,
}

/// Everything a client works with, checked.
#[derive(Clone)]
pub(crate) struct Settings {
    pub(crate) language: Language,
    /// A program that holds a session has none.
    pub(crate) api_key: Option<Secret>,
    pub(crate) base_url: Arc<Url>,
    /// That as somebody gave it; an environment of the API has none.
    pub(crate) own_url: Option<String>,
    pub(crate) project_id: Option<String>,
    pub(crate) project: Option<String>,
    pub(crate) limits: Limits,
    pub(crate) total_timeout: Option<Duration>,
    pub(crate) max_retries: u32,
    pub(crate) default_headers: Overrides,
    pub(crate) default_query: Fields,
    pub(crate) max_response_bytes: usize,
    pub(crate) max_event_bytes: usize,
    pub(crate) idle_timeout: Option<Duration>,
    pub(crate) log: Log,
    pub(crate) http: HttpSettings,
}

impl Settings {
    /// The settings of a new client. `variable` looks into the environment.
    pub(crate) fn new(
        mut options: ClientOptions,
        language: Language,
        key: Key,
        logger: Option<Logger>,
        variable: impl Fn(&str) -> Option<String>,
    ) -> Result<Self, Error> {
        // One of them is the key, so none leaves a copy behind.
        let variable = |name| {
            let value = Zeroizing::new(variable(name)?);
            let value = value.trim();
            (!value.is_empty()).then(|| Zeroizing::new(value.to_owned()))
        };
        let base_url = variable(BASE_URL);
        if options.environment.is_some() && options.base_url.is_none() && base_url.is_some() {
            return Err(Error::configuration(
                "base_url",
                language.ambiguous_url(true),
            ));
        }
        let given = options.api_key.take();
        let api_key = match key {
            Key::Needed => Some(
                given
                    .or_else(|| variable(API_KEY).map(|key| Secret::from(key.as_str())))
                    .ok_or_else(|| Error::configuration("api_key", language.missing_key()))?,
            ),
            Key::Unused => None,
        };
        let mut settings = Self {
            language,
            api_key,
            base_url: url_of(Environment::default())?.into(),
            own_url: None,
            project_id: None,
            project: None,
            limits: Limits::default(),
            total_timeout: None,
            max_retries: MAX_RETRIES,
            default_headers: Vec::new(),
            default_query: Fields(Map::new()),
            max_response_bytes: 64 << 20,
            max_event_bytes: 16 << 20,
            idle_timeout: Some(Duration::from_secs(60)),
            log: Log {
                level: Level::Warn,
                logger,
            },
            http: HttpSettings {
                connect_timeout: Limits::default().connect,
                root_certificates: Vec::new(),
                proxy: None,
            },
        };
        if let Some(name) = variable(LOG) {
            match Level::parse(&name) {
                Some(level) => settings.log.level = level,
                None if options.log_level.is_some() => {}
                None => {
                    let line = language.unknown_level(LOG, &name, &Level::ALL.map(Level::name));
                    settings.log.write(Level::Warn, format_args!("{line}"));
                }
            }
        }
        if let Some(lines) = variable(CUSTOM_HEADERS) {
            settings.default_headers = custom_headers(&lines)?;
        }
        if let (Some(base_url), None) = (base_url, &options.base_url) {
            let url = check_url(&base_url).map_err(|rule| {
                Error::configuration(
                    "base_url",
                    format!("The environment variable {BASE_URL} {rule}."),
                )
            })?;
            settings.base_url = url.into();
            settings.own_url = Some(base_url.to_string());
        }
        settings.with(options)
    }

    /// The same settings with other options.
    pub(crate) fn with(mut self, options: ClientOptions) -> Result<Self, Error> {
        let language = self.language;
        let refuse = |option: &'static str| {
            move |rule: &str| {
                Error::configuration(option, format!("`{}` {rule}.", language.option(option)))
            }
        };
        let seconds =
            |option: &'static str| move |value| arguments::seconds(value).map_err(refuse(option));

        if options.api_key.is_some() {
            self.api_key = options.api_key;
        }
        if self
            .api_key
            .as_ref()
            .is_some_and(|key| key.expose().trim().is_empty())
        {
            return Err(Error::configuration("api_key", language.missing_key()));
        }
        match (options.base_url, options.environment) {
            (Some(Some(_)), Some(_)) => {
                return Err(Error::configuration(
                    "base_url",
                    language.ambiguous_url(false),
                ));
            }
            (Some(Some(url)), None) => {
                let checked = check_url(url.expose()).map_err(refuse("base_url"))?;
                self.base_url = checked.into();
                self.own_url = Some(url.expose().trim().to_owned());
            }
            (_, Some(name)) => {
                let known = Environment::ALL
                    .into_iter()
                    .find(|known| known.as_str() == name);
                let known = known.ok_or_else(|| {
                    let rule = "Known are `production` and `development`.";
                    Error::configuration(
                        "environment",
                        format!("Unknown environment: {name:?}. {rule}"),
                    )
                })?;
                self.base_url = url_of(known)?.into();
                self.own_url = None;
            }
            (Some(None), None) => {
                self.base_url = url_of(Environment::default())?.into();
                self.own_url = None;
            }
            (None, None) => {}
        }
        if let Some(project_id) = options.project_id {
            self.project_id = project_id;
        }
        if let Some(project) = options.project {
            self.project = project;
        }
        if let Some(timeout) = options.timeout {
            let limits = self.limits.with(timeout);
            self.limits = limits.map_err(|rule| refuse("timeout")(&rule))?;
        }
        if let Some(timeout) = options.connect_timeout {
            self.limits.connect = Some(seconds("connect_timeout")(timeout)?);
        }
        self.http.connect_timeout = self.limits.connect;
        if let Some(timeout) = options.total_timeout {
            self.total_timeout = timeout.map(seconds("total_timeout")).transpose()?;
        }
        if let Some(retries) = options.max_retries {
            self.max_retries = arguments::retries(retries).map_err(refuse("max_retries"))?;
        }
        let given = |option: &'static str, headers: &Headers| {
            headers::parse(headers, |rule| {
                Error::configuration(option, format!("`{}`: {rule}.", language.option(option)))
            })
        };
        for (over, instead, both) in [
            (
                "default_headers",
                "set_default_headers",
                options.default_headers.is_some() && options.set_default_headers.is_some(),
            ),
            (
                "default_query",
                "set_default_query",
                options.default_query.is_some() && options.set_default_query.is_some(),
            ),
        ] {
            if both {
                return Err(Error::configuration(
                    instead,
                    language.exclusive(over, instead),
                ));
            }
        }
        if let Some(headers) = options.set_default_headers {
            self.default_headers = given("set_default_headers", &headers)?;
        }
        if let Some(headers) = options.default_headers {
            self.default_headers
                .extend(given("default_headers", &headers)?);
        }
        if let Some(query) = options.set_default_query {
            self.default_query = query;
        }
        if let Some(query) = options.default_query {
            self.default_query.0.extend(query.0);
        }
        // Looking into certificates takes longer than all the rest.
        if options.root_certificates.is_some() || options.proxy.is_some() {
            if let Some(certificates) = options.root_certificates {
                self.http.root_certificates = certificates;
            }
            if let Some(proxy) = options.proxy {
                self.http.proxy = Some(proxy);
            }
            self.http
                .check()
                .map_err(|(option, rule)| refuse(option)(rule))?;
        }
        let size = |option: &'static str, bytes: i64| {
            let size = usize::try_from(bytes).ok().filter(|bytes| *bytes > 0);
            size.ok_or_else(|| refuse(option)("must be greater than 0"))
        };
        if let Some(bytes) = options.max_response_bytes {
            self.max_response_bytes = size("max_response_bytes", bytes)?;
        }
        if let Some(bytes) = options.max_event_bytes {
            self.max_event_bytes = size("max_event_bytes", bytes)?;
        }
        if let Some(timeout) = options.idle_timeout {
            self.idle_timeout = timeout.map(seconds("idle_timeout")).transpose()?;
        }
        if let Some(name) = options.log_level {
            self.log.level = Level::parse(&name).ok_or_else(|| {
                let known = Level::ALL.map(Level::name).join(", ");
                refuse("log_level")(&format!("must be one of {known}"))
            })?;
        }
        Ok(self)
    }
}

fn url_of(environment: Environment) -> Result<Url, Error> {
    check_url(environment.base_url())
        .map_err(|rule| Error::configuration("environment", format!("Its URL {rule}.")))
}

/// A base URL that paths can be added to: absolute, over HTTP, with nothing behind the path.
pub(crate) fn check_url(text: &str) -> Result<Url, &'static str> {
    let mut url = Url::parse(text.trim())
        .map_err(|_| "must be an absolute URL such as https://api.onkernel.com")?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err("must begin with http:// or https://");
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err("must end with its path: no query, no fragment");
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err("must not hold a user name or a password");
    }
    if !url.path().ends_with('/') {
        url.set_path(&format!("{}/", url.path()));
    }
    Ok(url)
}

/// `Name: value` a line; a line without a name or a colon is passed over.
fn custom_headers(lines: &str) -> Result<Overrides, Error> {
    let headers = lines
        .lines()
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name.trim().to_owned(), Some(value.trim().to_owned())))
        .filter(|(name, _)| !name.is_empty())
        .collect();
    headers::parse(&Headers(headers), |rule| {
        Error::configuration(
            "default_headers",
            format!("The environment variable {CUSTOM_HEADERS}: {rule}."),
        )
    })
}
