//! Blocking calls: the GIL is released, and Ctrl-C ends the wait at once.

use std::cell::Cell;
use std::future::poll_fn;
use std::pin::{Pin, pin};
use std::task::Poll;
use std::time::Duration;

use kernel_client::Error;
use kernel_client::host::{self, Process};
use pyo3::exceptions::{PyImportError, PyRuntimeError};
use pyo3::intern;
use pyo3::prelude::*;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

use crate::desk::{Desk, Job, Place};
use crate::{error, log, modules};

/// How long a signal can wait for its handler.
const SLICE: Duration = Duration::from_millis(50);

/// What ends a wait.
enum Event<T> {
    Outcome(Result<T, Error>),
    /// Something to be done for the call meanwhile.
    Job(Job),
    /// Signals may have come.
    Slice,
}

/// Waits for the outcome of a call, which runs on this thread.
pub(crate) fn wait<T: Send + 'static>(
    py: Python<'_>,
    call: impl Future<Output = Result<T, Error>> + Send + 'static,
) -> PyResult<T> {
    log::look_at_levels(py);
    let (sender, mut jobs) = unbounded_channel();
    let desk = Desk::new(move |job| {
        // Nobody does it any more when the wait was interrupted.
        let _ = sender.send(job);
    });
    let process = Process::current();
    // The thread that shuts the interpreter down may call as well, from a finalizer.
    let shuts_down = is_shutting_down();
    let mut handles_signals = !shuts_down && may_be_main(py, process);
    let mut call = Box::pin(desk.of(call));
    let outcome = loop {
        let event = py.detach(|| {
            let event =
                host::Local::get()?.block_on(next(call.as_mut(), &mut jobs, handles_signals));
            if !shuts_down && is_shutting_down() {
                rest();
            }
            PyResult::Ok(event)
        })?;
        let done = match event {
            None => return Err(error::panicked(py)),
            Some(Event::Outcome(outcome)) => break outcome,
            Some(Event::Job(job)) => job(py, place(py)).map(|()| handles_signals),
            Some(Event::Slice) => run_signal_handlers(py),
        };
        if !process.is_current() {
            // A forked child has a copy: to let go of it would disturb the connection of its parent.
            std::mem::forget(call);
            done?;
            return Err(PyRuntimeError::new_err(
                "the call was made in another process, before the fork",
            ));
        }
        handles_signals = done?;
    };
    while let Ok(job) = jobs.try_recv() {
        job(py, place(py))?;
    }
    outcome.map_err(|failure| error::to_python(py, &failure))
}

/// Goes on with a call until something is to be done by this thread.
async fn next<T>(
    mut call: Pin<&mut impl Future<Output = Result<T, Error>>>,
    jobs: &mut UnboundedReceiver<Job>,
    handles_signals: bool,
) -> Event<T> {
    let mut slice = pin!(handles_signals.then(|| tokio::time::sleep(SLICE)));
    poll_fn(|context| {
        if let Poll::Ready(outcome) = call.as_mut().poll(context) {
            return Poll::Ready(Event::Outcome(outcome));
        }
        if let Poll::Ready(Some(job)) = jobs.poll_recv(context) {
            return Poll::Ready(Event::Job(job));
        }
        match slice.as_mut().as_pin_mut() {
            Some(slice) => slice.poll(context).map(|()| Event::Slice),
            None => Poll::Pending,
        }
    })
    .await
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
fn place(py: Python<'_>) -> Place<'_, '_> {
    let threading = threading(py);
    Place {
        is_shared: threading.is_some_and(|threading| is_daemon(&threading).unwrap_or(true)),
        ..Place::default()
    }
}

/// Whether this thread is a daemon, as far as `threading` knows it. It is looked up as `threading` does itself, without
/// running its code, in which the thread could be cut off.
fn is_daemon(threading: &Bound<'_, PyAny>) -> PyResult<bool> {
    let py = threading.py();
    let ident = threading.call_method0(intern!(py, "get_ident"))?;
    let known = threading.getattr(intern!(py, "_active"))?;
    known
        .get_item(ident)?
        .getattr(intern!(py, "_daemonic"))?
        .is_truthy()
}

/// `threading`, once the program has imported it. Without it there are no other threads, and importing it would cost
/// more than a call.
fn threading(py: Python<'_>) -> Option<Bound<'_, PyAny>> {
    modules::loaded(py, intern!(py, "threading"))
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

/// Runs the handlers of signals that have come. Gives whether any more may.
fn run_signal_handlers(py: Python<'_>) -> PyResult<bool> {
    py.check_signals()?;
    Ok(may_be_main(py, Process::current()))
}

thread_local! {
    /// Whether this thread is the main one of a process. It is asked once: a fork makes another thread the main one.
    static IS_MAIN: Cell<Option<(Process, bool)>> = const { Cell::new(None) };
}

/// Whether signals may have to be handled here: Python does that in the main thread alone.
fn may_be_main(py: Python<'_>, process: Process) -> bool {
    if let Some((asked_in, is_main)) = IS_MAIN.get()
        && asked_in == process
    {
        return is_main;
    }
    let Some(threading) = threading(py) else {
        return true;
    };
    let is_main = || {
        let main = threading.getattr(intern!(py, "_main_thread"))?;
        let ident = threading.call_method0(intern!(py, "get_ident"))?;
        main.getattr(intern!(py, "_ident"))?.eq(ident)
    };
    let is_main = is_main().unwrap_or(true);
    IS_MAIN.set(Some((process, is_main)));
    is_main
}
