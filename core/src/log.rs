//! What the client does, for people who debug: levels, and lines on standard error.

use std::fmt;
use std::io::Write;
use std::sync::Arc;
use std::time::Instant;

use http::{HeaderMap, HeaderName, HeaderValue};

use crate::headers::is_secret;

/// How much is written.
#[cfg_attr(
    not(feature = "host"),
    expect(unreachable_pub, reason = "bindings pass lines on")
)]
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Nothing.
    Off,
    /// What failed.
    Error,
    /// What is not as it should be.
    Warn,
    /// Each request and what came of it.
    Info,
    /// And its headers.
    Debug,
}

impl Level {
    pub(crate) const ALL: [Self; 5] = [Self::Off, Self::Error, Self::Warn, Self::Info, Self::Debug];

    /// Its name.
    #[cfg_attr(
        not(feature = "host"),
        expect(unreachable_pub, reason = "bindings ask for it")
    )]
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::Error => "error",
            Self::Warn => "warn",
            Self::Info => "info",
            Self::Debug => "debug",
        }
    }

    pub(crate) fn parse(name: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|level| level.name().eq_ignore_ascii_case(name))
    }
}

/// Takes the lines of one client in place of standard error.
pub(crate) type Logger = Arc<dyn Fn(Level, fmt::Arguments<'_>) + Send + Sync>;

/// What a client writes, and where.
#[derive(Clone)]
pub(crate) struct Log {
    pub(crate) level: Level,
    pub(crate) logger: Option<Logger>,
}

impl Log {
    /// Writes a line when `level` is wanted; a `tracing` subscriber gets every line.
    pub(crate) fn write(&self, level: Level, line: fmt::Arguments<'_>) {
        match level {
            Level::Off => {}
            Level::Error => tracing::error!(target: "kernel_client", "{line}"),
            Level::Warn => tracing::warn!(target: "kernel_client", "{line}"),
            Level::Info => tracing::info!(target: "kernel_client", "{line}"),
            Level::Debug => tracing::debug!(target: "kernel_client", "{line}"),
        }
        let is_wanted = level <= self.level;
        if let Some(logger) = &self.logger {
            if is_wanted {
                logger(level, line);
            }
            return;
        }
        #[cfg(feature = "host")]
        if sink::take(level, is_wanted, line) {
            return;
        }
        if is_wanted {
            to_stderr(level, line);
        }
    }
}

/// As a line on standard error.
pub(crate) fn to_stderr(level: Level, line: fmt::Arguments<'_>) {
    // Nobody may be reading any more; that is no reason to fail.
    let _ = writeln!(
        std::io::stderr().lock(),
        "kernel-client {}: {line}",
        level.name()
    );
}

/// Where the lines of a program in another language go.
#[cfg(feature = "host")]
pub(crate) mod sink {
    use std::fmt;
    use std::sync::OnceLock;
    use std::sync::atomic::{AtomicU8, Ordering};

    use super::Level;

    /// Takes a line, told whether the client's own level wants it; `false` leaves it to standard error.
    pub(crate) type Sink = fn(Level, bool, fmt::Arguments<'_>) -> bool;

    static SINK: OnceLock<Sink> = OnceLock::new();

    /// How much the program wants to see, whatever the level of a client.
    static LIMIT: AtomicU8 = AtomicU8::new(0);

    pub(crate) fn set(sink: Sink) {
        // A second one would be the same: a process has one binding.
        let _ = SINK.set(sink);
    }

    pub(crate) fn set_limit(limit: Level) {
        LIMIT.store(limit as u8, Ordering::Relaxed);
    }

    pub(super) fn take(level: Level, is_wanted: bool, line: fmt::Arguments<'_>) -> bool {
        if !is_wanted && level as u8 > LIMIT.load(Ordering::Relaxed) {
            return false;
        }
        SINK.get().is_some_and(|sink| sink(level, is_wanted, line))
    }
}

/// How long it is since then. The clock is only asked when the line is written.
pub(crate) struct Since(pub(crate) Instant);

impl fmt::Display for Since {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.1?}", self.0.elapsed())
    }
}

/// Headers of a request on one line, secrets as `***`.
pub(crate) struct Sent<'a>(pub(crate) &'a HeaderMap);

impl fmt::Display for Sent<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        list(f, self.0, |name, value| !is_secret(name, value))
    }
}

/// Headers of an answer on one line. Any of them may lead to a live view or hold a token, so only what is known
/// to be harmless is shown.
pub(crate) struct Received<'a>(pub(crate) &'a HeaderMap);

impl fmt::Display for Received<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const HARMLESS: [&str; 10] = [
            "cf-ray",
            "content-encoding",
            "content-length",
            "content-type",
            "date",
            "request-id",
            "retry-after",
            "retry-after-ms",
            "x-request-id",
            "x-should-retry",
        ];
        list(f, self.0, |name, _| HARMLESS.contains(&name.as_str()))
    }
}

fn list(
    f: &mut fmt::Formatter<'_>,
    headers: &HeaderMap,
    shown: impl Fn(&HeaderName, &HeaderValue) -> bool,
) -> fmt::Result {
    for (position, (name, value)) in headers.iter().enumerate() {
        let separator = if position == 0 { "" } else { ", " };
        let text = if shown(name, value) {
            value.to_str().unwrap_or("(not text)")
        } else {
            "***"
        };
        write!(f, "{separator}{name}: {text}")?;
    }
    Ok(())
}
