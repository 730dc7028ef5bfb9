//! The lines of the client's log, given to `logging` by the threads of the program.

use std::fmt;
use std::time::{SystemTime, UNIX_EPOCH};

use kernel_client::host::{self, LogLevel};
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyDict, PyString};

use crate::desk::{Desk, Place, report};
use crate::modules;

/// What is looked up with each call.
struct Names {
    logging: Py<PyString>,
    own: Py<PyString>,
    level: Py<PyString>,
}

static NAMES: PyOnceLock<Names> = PyOnceLock::new();

/// Where `logging` has what is looked up.
struct Loggers {
    root: Py<PyAny>,
    by_name: Py<PyDict>,
}

static LOGGERS: PyOnceLock<Loggers> = PyOnceLock::new();

/// Has the core's lines come here.
pub(crate) fn begin(py: Python<'_>) -> PyResult<()> {
    let name = |name| PyString::intern(py, name).unbind();
    // Here rather than with the first call: that may be made by a thread that the end of the program cuts off, and what
    // it was about to set once and for all would be waited for in vain.
    NAMES.get_or_init(py, || Names {
        logging: name("logging"),
        own: name("kernel_client"),
        level: name("level"),
    });
    look_at_levels(py);
    host::log_to(take);
    Ok(())
}

/// Takes a line of a call that somebody waits for; any other goes to standard error.
fn take(level: LogLevel, is_wanted: bool, line: fmt::Arguments<'_>) -> bool {
    let Some(desk) = Desk::current() else {
        return false;
    };
    let (line, at) = (line.to_string(), SystemTime::now());
    desk.put(Box::new(move |py, place| {
        give(py, place, level, is_wanted, &line, at).or_else(|error| report(py, error))
    }));
    true
}

/// A line for `logging`; for standard error where the program does not use that.
fn give(
    py: Python<'_>,
    place: Place<'_, '_>,
    level: LogLevel,
    is_wanted: bool,
    line: &str,
    at: SystemTime,
) -> PyResult<()> {
    let to_stderr = || {
        if is_wanted {
            host::log_to_stderr(level, format_args!("{line}"));
        }
    };
    if logging(py).is_none() {
        to_stderr();
        return Ok(());
    }
    let since = at.duration_since(UNIX_EPOCH).unwrap_or_default();
    let record = (number(level), is_wanted, line, since.as_secs_f64());
    let log = py.import("kernel_client._log")?;
    if place.is_shared {
        // A handler can take its time.
        log.call_method1("later", (record,))?;
    } else if !log.call_method1("give", (record,))?.is_truthy()? {
        to_stderr();
    }
    Ok(())
}

/// What the program wants to see is looked up with each call, since it may change at any time. No code of Python's runs
/// for that: a thread of a program that ends could be cut off in it, with ours beneath.
pub(crate) fn look_at_levels(py: Python<'_>) {
    let level = NAMES.get(py).and_then(|names| level(py, names).ok());
    host::set_log_limit(match level.flatten() {
        Some(0..=10) => LogLevel::Debug,
        Some(11..=20) => LogLevel::Info,
        Some(21..=30) => LogLevel::Warn,
        Some(31..=40) => LogLevel::Error,
        None | Some(_) => LogLevel::Off,
    });
}

/// `logging`, once the program has imported it: by itself it would double our import.
fn logging(py: Python<'_>) -> Option<Bound<'_, PyAny>> {
    modules::loaded(py, NAMES.get(py)?.logging.bind(py))
}

/// Set only when it is known: what waits for others meanwhile is cut off by the end of the program, as in `begin`.
fn loggers<'py>(py: Python<'py>, logging: &Bound<'py, PyAny>) -> PyResult<Option<&'py Loggers>> {
    if LOGGERS.get(py).is_none() {
        let root = logging.getattr("root")?;
        let by_name = root.getattr("manager")?.getattr("loggerDict")?;
        // Another thread may have been faster.
        let _ = LOGGERS.set(
            py,
            Loggers {
                by_name: by_name.cast_into()?.unbind(),
                root: root.unbind(),
            },
        );
    }
    Ok(LOGGERS.get(py))
}

/// The level of this package's logger: its own, or that of the root, which is its parent.
fn level(py: Python<'_>, names: &Names) -> PyResult<Option<u32>> {
    let Some(logging) = logging(py) else {
        return Ok(None);
    };
    let level = names.level.bind(py);
    let Some(Loggers { root, by_name }) = loggers(py, &logging)? else {
        return Ok(None);
    };
    let own = by_name.bind(py).get_item(&names.own)?;
    // There may be none yet, or only a place for it.
    let own = own.and_then(|own| own.getattr_opt(level).ok().flatten());
    let own: u32 = own.map_or(Ok(0), |level| level.extract())?;
    if own > 0 {
        return Ok(Some(own));
    }
    root.bind(py).getattr(level)?.extract().map(Some)
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
