//! Blocking calls: the GIL is released, and Ctrl-C ends the wait at once.

use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::Duration;

use kernel_client::{Error, host};
use pyo3::exceptions::PyImportError;
use pyo3::intern;
use pyo3::prelude::*;
use tokio::task::AbortHandle;

use crate::desk::{Desk, Job, Place};
use crate::{error, log};

/// How long a signal can wait for its handler.
const SLICE: Duration = Duration::from_millis(50);

/// What reaches whoever waits for a call.
enum Message<T> {
    Outcome(Result<T, Error>),
    /// Something to be done for the call meanwhile.
    Job(Job),
}

/// Waits for the outcome of a call.
pub(crate) fn wait<T: Send + 'static>(
    py: Python<'_>,
    call: impl Future<Output = Result<T, Error>> + Send + 'static,
) -> PyResult<T> {
    log::look_at_levels(py);
    let runtime = host::runtime()?;
    let (sender, receiver) = mpsc::channel();
    let jobs = sender.clone();
    let desk = Desk::new(move |job| {
        // Nobody does it any more when the wait was interrupted.
        let _ = jobs.send(Message::Job(job));
    });
    let outcome = py.detach(move || {
        // The thread that shuts the interpreter down may call as well, from a finalizer.
        let shuts_down = is_shutting_down();
        let task = runtime.spawn(desk.of(async move {
            // Nobody listens any more when the wait was interrupted.
            let _ = sender.send(Message::Outcome(call.await));
        }));
        let _running = Running::new(task.abort_handle());
        let mut handles_signals = !shuts_down;
        loop {
            let received = if handles_signals {
                receiver.recv_timeout(SLICE)
            } else {
                receiver.recv().map_err(|_| RecvTimeoutError::Disconnected)
            };
            if !shuts_down && is_shutting_down() {
                rest();
            }
            match received {
                Ok(Message::Outcome(outcome)) => return Ok(Some((outcome, receiver))),
                Ok(Message::Job(job)) => Python::attach(|py| job(py, place(py)?))?,
                Err(RecvTimeoutError::Disconnected) => return PyResult::Ok(None),
                Err(RecvTimeoutError::Timeout) => {
                    handles_signals = Python::attach(run_signal_handlers)?;
                }
            }
        }
    });
    let Some((outcome, left)) = outcome? else {
        return Err(error::panicked(py));
    };
    while let Ok(Message::Job(job)) = left.try_recv() {
        job(py, place(py)?)?;
    }
    outcome.map_err(|failure| error::to_python(py, &failure))
}

/// The interpreters of a process would share what the client keeps: its classes, its threads, the loops it serves.
pub(crate) fn expect_main_interpreter() -> PyResult<()> {
    #[expect(unsafe_code, reason = "pyo3 has no name of its own for it")]
    // SAFETY: the caller is attached to an interpreter, so there is a current one, and it is not freed meanwhile.
    let id = unsafe { pyo3::ffi::PyInterpreterState_GetID(pyo3::ffi::PyInterpreterState_Get()) };
    // The first interpreter of a process has this id, and no other.
    if id == 0 {
        Ok(())
    } else {
        Err(PyImportError::new_err(
            "kernel_client works in the main interpreter of a process only: subinterpreters are not supported",
        ))
    }
}

/// Where this thread does a job. One that the end of the program may cut off at any time has others do it: it would be
/// unwound, and with it what of ours lies beneath.
fn place(py: Python<'_>) -> PyResult<Place<'_, '_>> {
    let is_shared = match threading(py)? {
        Some(threading) => threading
            .call_method0(intern!(py, "current_thread"))?
            .getattr(intern!(py, "daemon"))?
            .is_truthy()?,
        None => false,
    };
    Ok(Place {
        is_shared,
        ..Place::default()
    })
}

/// `threading`, once the program has imported it. Without it there are no other threads, and importing it would cost
/// more than a call.
fn threading(py: Python<'_>) -> PyResult<Option<Bound<'_, PyAny>>> {
    let modules = py
        .import(intern!(py, "sys"))?
        .getattr(intern!(py, "modules"))?;
    Ok(modules.get_item(intern!(py, "threading")).ok())
}

fn is_shutting_down() -> bool {
    #[expect(unsafe_code, reason = "pyo3 has no name of its own for it")]
    // SAFETY: it reads a flag, and may be called at any time and from any thread.
    let is_initialized = unsafe { pyo3::ffi::Py_IsInitialized() };
    is_initialized == 0
}

/// What is left for a daemon thread whose interpreter is gone: to go back would be to crash.
fn rest() -> ! {
    loop {
        std::thread::park();
    }
}

/// Work under way, stopped when nobody wants it any more.
pub(crate) struct Running {
    /// The process it was started in: a forked child has a copy of this, and none of the threads behind it.
    process: u32,
    task: AbortHandle,
}

impl Running {
    pub(crate) fn new(task: AbortHandle) -> Self {
        Self {
            process: std::process::id(),
            task,
        }
    }

    pub(crate) fn is_of_this_process(&self) -> bool {
        self.process == std::process::id()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // In a forked child the locks beneath could be held by threads that are not there.
        if self.is_of_this_process() {
            self.task.abort();
        }
    }
}

/// Runs the handlers of signals that have come, when this is the main thread: Python runs them in no other.
/// Gives whether it is.
fn run_signal_handlers(py: Python<'_>) -> PyResult<bool> {
    let is_main = match threading(py)? {
        Some(threading) => {
            let main = threading
                .call_method0(intern!(py, "main_thread"))?
                .getattr(intern!(py, "ident"))?;
            threading.call_method0(intern!(py, "get_ident"))?.eq(main)?
        }
        None => true,
    };
    if is_main {
        py.check_signals()?;
    }
    Ok(is_main)
}
