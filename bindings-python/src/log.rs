//! The lines of the client's log, given to `logging` by the threads of the program.

use std::fmt;
use std::time::{SystemTime, UNIX_EPOCH};

use kernel_client::host::{self, LogLevel};
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;

use crate::desk::Desk;

/// Has the core's lines come here.
pub(crate) fn begin() {
    host::log_to(take);
}

/// Takes a line of a call that somebody waits for; any other goes to standard error.
fn take(level: LogLevel, is_wanted: bool, line: fmt::Arguments<'_>) -> bool {
    let Some(desk) = Desk::current() else {
        return false;
    };
    let (line, at) = (line.to_string(), SystemTime::now());
    desk.put(Box::new(move |py, _| {
        if let Err(error) = give(py, level, is_wanted, &line, at) {
            error.write_unraisable(py, None);
        }
    }));
    true
}

/// A line for `logging`; for standard error where the program does not use that.
fn give(
    py: Python<'_>,
    level: LogLevel,
    is_wanted: bool,
    line: &str,
    at: SystemTime,
) -> PyResult<()> {
    static GIVE: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
    let is_given = logger(py)?.is_some() && {
        let since = at.duration_since(UNIX_EPOCH).unwrap_or_default();
        let give = GIVE.import(py, "kernel_client._log", "give")?;
        give.call1((number(level), is_wanted, line, since.as_secs_f64()))?
            .is_truthy()?
    };
    if is_wanted && !is_given {
        host::log_to_stderr(level, format_args!("{line}"));
    }
    Ok(())
}

/// What the program wants to see is asked with each call, since it may change at any time.
pub(crate) fn look_at_levels(py: Python<'_>) {
    let level = logger(py).and_then(|logger| {
        let Some(logger) = logger else {
            return Ok(LogLevel::Off);
        };
        let level: u32 = logger
            .bind(py)
            .call_method0(intern!(py, "getEffectiveLevel"))?
            .extract()?;
        Ok(match level {
            0..=10 => LogLevel::Debug,
            11..=20 => LogLevel::Info,
            21..=30 => LogLevel::Warn,
            31..=40 => LogLevel::Error,
            _ => LogLevel::Off,
        })
    });
    host::set_log_limit(level.unwrap_or(LogLevel::Off));
}

/// The logger of this package, once the program has imported `logging`: by itself it would double our import.
fn logger(py: Python<'_>) -> PyResult<Option<&Py<PyAny>>> {
    static LOGGER: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
    static MODULES: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
    if let Some(logger) = LOGGER.get(py) {
        return Ok(Some(logger));
    }
    let modules = MODULES.import(py, "sys", "modules")?;
    let Ok(logging) = modules.get_item(intern!(py, "logging")) else {
        return Ok(None);
    };
    let logger = logging.call_method1(intern!(py, "getLogger"), (intern!(py, "kernel_client"),));
    // Somebody may be just importing it.
    let Ok(logger) = logger else {
        return Ok(None);
    };
    Ok(Some(LOGGER.get_or_init(py, || logger.unbind())))
}

/// The level as `logging` counts.
fn number(level: LogLevel) -> u8 {
    match level {
        LogLevel::Debug => 10,
        LogLevel::Info => 20,
        LogLevel::Warn => 30,
        LogLevel::Error | LogLevel::Off => 40,
    }
}
