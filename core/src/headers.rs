//! Headers: what the client sends by itself, and what callers add or take away.

use std::time::Duration;

use http::header::{ACCEPT, CONTENT_TYPE, HeaderName, HeaderValue, USER_AGENT};
use http::{HeaderMap, header};

use crate::language::Language;
use crate::{Error, Headers, Secret};

/// Headers that a caller sets, or removes (`None`).
pub(crate) type Overrides = Vec<(HeaderName, Option<HeaderValue>)>;

/// How often this request was sent before.
const RETRY_COUNT: HeaderName = HeaderName::from_static("x-stainless-retry-count");
/// The limit of one attempt, in whole seconds.
const TIMEOUT: HeaderName = HeaderName::from_static("x-stainless-timeout");

/// Reads headers that a caller gave. `refuse` makes the error of a header that cannot be sent.
pub(crate) fn parse(given: &Headers, refuse: impl Fn(String) -> Error) -> Result<Overrides, Error> {
    given
        .0
        .iter()
        .map(|(name, value)| {
            let parsed = HeaderName::from_bytes(name.as_bytes())
                .map_err(|_| refuse(format!("{name:?} is not the name of a header")))?;
            if [header::CONTENT_LENGTH, header::TRANSFER_ENCODING].contains(&parsed) {
                return Err(refuse(format!(
                    "{name:?} follows from the body and cannot be set"
                )));
            }
            let value = match value {
                None => None,
                // The value may be a secret, so the error leaves it out.
                Some(value) => Some(secret_value(value.as_bytes()).ok_or_else(|| {
                    refuse(format!(
                        "the value of {name:?} has a character that a header cannot have"
                    ))
                })?),
            };
            Ok((parsed, value))
        })
        .collect()
}

/// Lays `over` upon `headers`.
pub(crate) fn apply(headers: &mut HeaderMap, over: &Overrides) {
    for (name, value) in over {
        match value {
            Some(value) => headers.insert(name, value.clone()),
            None => headers.remove(name),
        };
    }
}

fn secret_value(bytes: &[u8]) -> Option<HeaderValue> {
    let mut value = HeaderValue::from_bytes(bytes).ok()?;
    value.set_sensitive(true);
    Some(value)
}

/// `Bearer <key>`, in memory that is wiped when the last request that carries it is gone.
pub(crate) fn bearer(key: &Secret) -> Option<HeaderValue> {
    let text = zeroize::Zeroizing::new([b"Bearer ", key.expose().as_bytes()].concat());
    let mut value = HeaderValue::from_maybe_shared(bytes::Bytes::from_owner(text)).ok()?;
    value.set_sensitive(true);
    Some(value)
}

/// Who is calling: the language of the program and what it runs on.
#[cfg_attr(
    not(feature = "host"),
    expect(unreachable_pub, reason = "bindings make it")
)]
#[derive(Clone, Debug, Default)]
pub struct Caller {
    /// The language.
    pub language: Language,
    /// What runs the program, for example `CPython`.
    pub runtime: Option<String>,
    /// Its version.
    pub runtime_version: Option<String>,
    /// `false`, or `async:` and the library, where a language has both.
    pub mode: Option<String>,
}

impl Caller {
    /// A Rust program.
    pub(crate) fn rust() -> Self {
        Self {
            runtime: Some("rust".to_owned()),
            ..Self::default()
        }
    }
}

/// The headers that every request carries, unless a caller says otherwise.
pub(crate) fn of_client(
    caller: &Caller,
    project_id: Option<&str>,
    project: Option<&str>,
) -> Result<HeaderMap, Error> {
    let mut headers = HeaderMap::with_capacity(16);
    // Texts that are known when this is compiled cost a request less than those that are counted.
    for (name, value) in [
        (ACCEPT, "application/json"),
        (USER_AGENT, caller.language.user_agent()),
        (
            HeaderName::from_static("x-stainless-lang"),
            caller.language.wire_name(),
        ),
        (
            HeaderName::from_static("x-stainless-package-version"),
            env!("CARGO_PKG_VERSION"),
        ),
        (HeaderName::from_static("x-stainless-os"), os()),
        (HeaderName::from_static("x-stainless-arch"), arch()),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    for (name, option, value) in [
        ("x-stainless-runtime", "runtime", caller.runtime.as_deref()),
        (
            "x-stainless-runtime-version",
            "runtime_version",
            caller.runtime_version.as_deref(),
        ),
        ("x-stainless-async", "mode", caller.mode.as_deref()),
        ("x-kernel-project-id", "project_id", project_id),
        ("x-kernel-project", "project", project),
    ] {
        let Some(value) = value else { continue };
        let value = HeaderValue::from_str(value).map_err(|_| {
            let named = caller.language.option(option);
            Error::configuration(
                option,
                format!("`{named}` has a character that a header cannot have."),
            )
        })?;
        headers.insert(HeaderName::from_static(name), value);
    }
    Ok(headers)
}

/// Whether the caller's headers say that what is sent is a form.
pub(crate) fn name_a_form(own: &Overrides) -> bool {
    let mut types = own.iter().rev().filter(|(name, _)| *name == CONTENT_TYPE);
    let given = types
        .next()
        .and_then(|(_, value)| value.as_ref()?.to_str().ok());
    given.is_some_and(|given| {
        let media_type = given.split(';').next().unwrap_or_default().trim();
        media_type.eq_ignore_ascii_case("application/x-www-form-urlencoded")
    })
}

/// Puts a header there, or takes it away, unless the client's `defaults` have a say in it.
fn put(
    headers: &mut HeaderMap,
    defaults: &Overrides,
    name: HeaderName,
    value: Option<HeaderValue>,
) {
    if !defaults.iter().any(|(named, _)| *named == name) {
        match value {
            Some(value) => headers.insert(name, value),
            None => headers.remove(name),
        };
    }
}

/// What a request says of its body, and of the answer where that is not JSON.
pub(crate) fn of_content(
    headers: &mut HeaderMap,
    defaults: &Overrides,
    accept: Option<&HeaderValue>,
    has_json: bool,
) {
    if let Some(accept) = accept {
        put(headers, defaults, ACCEPT, Some(accept.clone()));
    }
    if has_json {
        let json = HeaderValue::from_static("application/json");
        put(headers, defaults, CONTENT_TYPE, Some(json));
    }
}

/// What one attempt says of itself: how long it may take, and how many came before it.
pub(crate) fn of_attempt(
    headers: &mut HeaderMap,
    defaults: &Overrides,
    limit: Option<Duration>,
    attempt: u32,
) {
    let seconds = limit.map(|limit| HeaderValue::from(limit.as_secs()));
    put(headers, defaults, TIMEOUT, seconds);
    put(headers, defaults, RETRY_COUNT, Some(attempt.into()));
}

/// Takes out what another origin must not learn.
pub(crate) fn forget_secrets(headers: &mut HeaderMap) {
    remove(headers, is_secret);
}

/// Takes out what proves who is asking.
pub(crate) fn forget_caller(headers: &mut HeaderMap) {
    remove(headers, |name, _| has_secret_name(name));
}

fn remove(headers: &mut HeaderMap, which: impl Fn(&HeaderName, &HeaderValue) -> bool) {
    let names: Vec<HeaderName> = headers
        .iter()
        .filter(|(name, value)| which(name, value))
        .map(|(name, _)| name.clone())
        .collect();
    for name in names {
        headers.remove(name);
    }
}

/// Whether the value of a header must not be written down.
pub(crate) fn is_secret(name: &HeaderName, value: &HeaderValue) -> bool {
    value.is_sensitive() || has_secret_name(name)
}

/// Whether a header is there to hold a secret.
pub(crate) fn has_secret_name(name: &HeaderName) -> bool {
    let name = name.as_str();
    [
        header::AUTHORIZATION,
        header::PROXY_AUTHORIZATION,
        header::COOKIE,
        header::SET_COOKIE,
    ]
    .iter()
    .any(|secret| secret == name)
        || ["key", "token", "secret"]
            .iter()
            .any(|part| name.contains(part))
}

fn os() -> &'static str {
    match std::env::consts::OS {
        "linux" => "Linux",
        "macos" => "MacOS",
        "windows" => "Windows",
        "ios" => "iOS",
        "android" => "Android",
        "freebsd" => "FreeBSD",
        "openbsd" => "OpenBSD",
        _ => "Unknown",
    }
}

fn arch() -> &'static str {
    match std::env::consts::ARCH {
        "x86_64" => "x64",
        "x86" => "x32",
        "aarch64" => "arm64",
        "arm" => "arm",
        _ => "unknown",
    }
}
