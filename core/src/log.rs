//! What the client does, for people who debug: levels, and lines on standard error.

use std::fmt;

use http::HeaderMap;

use crate::headers::is_secret;

/// How much is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Level {
    Off,
    Error,
    Warn,
    Info,
    Debug,
}

impl Level {
    const ALL: [Self; 5] = [Self::Off, Self::Error, Self::Warn, Self::Info, Self::Debug];

    pub(crate) fn name(self) -> &'static str {
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

    pub(crate) fn names() -> String {
        Self::ALL.map(Self::name).join(", ")
    }
}

/// Writes a line when `level` is within `limit`; a `tracing` subscriber gets every line whatever the limit.
pub(crate) fn write(limit: Level, level: Level, line: fmt::Arguments<'_>) {
    match level {
        Level::Off => {}
        Level::Error => tracing::error!(target: "kernel_client", "{line}"),
        Level::Warn => tracing::warn!(target: "kernel_client", "{line}"),
        Level::Info => tracing::info!(target: "kernel_client", "{line}"),
        Level::Debug => tracing::debug!(target: "kernel_client", "{line}"),
    }
    if level <= limit {
        #[expect(clippy::print_stderr, reason = "asked for by KERNEL_LOG or log_level")]
        {
            eprintln!("kernel-client {}: {line}", level.name());
        }
    }
}

/// Headers on one line, secrets as `***`.
pub(crate) struct Redacted<'a>(pub(crate) &'a HeaderMap);

impl fmt::Display for Redacted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, (name, value)) in self.0.iter().enumerate() {
            let text = if is_secret(name, value) {
                "***"
            } else {
                value.to_str().unwrap_or("(not text)")
            };
            write!(f, "{}{name}: {text}", if position == 0 { "" } else { ", " })?;
        }
        Ok(())
    }
}
