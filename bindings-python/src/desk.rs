//! What a caller does for its own call while it waits for it.
//!
//! The client's threads never touch Python. What only Python can do for a call (a program's own HTTP client, a line
//! for its log) they put on the desk of whoever waits for that call, who does it on a thread of Python's.

use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};

use crate::bridge::lock;
use pyo3::exceptions::PyException;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use tokio::sync::mpsc::error::SendError;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::sync::oneshot;

/// Something to be done by Python. An error is the caller's: Ctrl-C, for example, is noticed wherever Python's code runs.
pub(crate) type Job = Box<dyn FnOnce(Python<'_>, Place<'_, '_>) -> PyResult<()> + Send>;

/// What is to be done with an exception that is nobody's: it is reported, unless it is there to end the program.
pub(crate) fn report(py: Python<'_>, error: PyErr) -> PyResult<()> {
    if error.is_instance_of::<PyException>(py) {
        error.write_unraisable(py, None);
        Ok(())
    } else {
        Err(error)
    }
}

/// Where a job is done: on a blocked thread, or on that of an event loop.
#[derive(Clone, Copy, Default)]
pub(crate) struct Place<'a, 'py> {
    pub(crate) event_loop: Option<&'a Bound<'py, PyAny>>,
    /// The context of the task that waits.
    pub(crate) context: Option<&'a Bound<'py, PyAny>>,
    /// Whether others wait for the same thread, so that it must not be held up.
    pub(crate) is_shared: bool,
}

impl<'py> Place<'_, 'py> {
    /// Calls what may take its time, here, or on a thread of its own where others wait for this one; `settle` gets what
    /// comes of it.
    pub(crate) fn call(
        self,
        callable: &Bound<'py, PyAny>,
        argument: &Bound<'py, PyAny>,
        settle: impl FnOnce(Python<'_>, PyResult<Bound<'_, PyAny>>, Place<'_, '_>) -> PyResult<()>
        + Send
        + 'static,
    ) -> PyResult<()> {
        let py = callable.py();
        if !self.is_shared || self.event_loop.is_some() {
            return settle(py, callable.call1((argument,)), self);
        }
        let settle: Settle = Box::new(|py, outcome| settle(py, outcome, Place::default()));
        let errand = Errand(Mutex::new(Some(settle)));
        // What is not started is dropped, and whoever waits for it is told so.
        start_thread(callable, argument, errand).or_else(|error| report(py, error))
    }

    /// Starts a task of what is to be awaited, in the context of the task that waits.
    pub(crate) fn start(
        self,
        event_loop: &Bound<'py, PyAny>,
        awaitable: &Bound<'py, PyAny>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let py = event_loop.py();
        let create_task = event_loop.getattr(intern!(py, "create_task"))?;
        match self.context {
            Some(context) => context.call_method1(intern!(py, "run"), (create_task, awaitable)),
            None => create_task.call1((awaitable,)),
        }
    }
}

/// What starts threads for errands.
struct Threads {
    aside: Py<PyAny>,
    copy_context: Py<PyAny>,
    start_new_thread: Py<PyAny>,
}

static THREADS: PyOnceLock<Threads> = PyOnceLock::new();

/// Gets ready to start threads, for what may be called by a daemon thread.
pub(crate) fn begin(py: Python<'_>) -> PyResult<()> {
    let get = |module, name| PyResult::Ok(py.import(module)?.getattr(name)?.unbind());
    THREADS.get_or_try_init(py, || {
        PyResult::Ok(Threads {
            aside: get("kernel_client._http", "aside")?,
            copy_context: get("contextvars", "copy_context")?,
            start_new_thread: get("_thread", "start_new_thread")?,
        })
    })?;
    Ok(())
}

/// Starts the thread that does an errand. Nothing here is Python code, nor waits for any: the end of the program could
/// cut off a daemon thread in the middle of it, and unwind what of ours lies beneath.
fn start_thread(
    callable: &Bound<'_, PyAny>,
    argument: &Bound<'_, PyAny>,
    errand: Errand,
) -> PyResult<()> {
    let py = callable.py();
    let Some(threads) = THREADS.get(py) else {
        return Ok(());
    };
    let context = threads.copy_context.bind(py).call0()?;
    let run = context.getattr(intern!(py, "run"))?;
    let work = (&threads.aside, callable, argument, errand);
    threads.start_new_thread.bind(py).call1((run, work))?;
    Ok(())
}

type Settle = Box<dyn FnOnce(Python<'_>, PyResult<Bound<'_, PyAny>>) -> PyResult<()> + Send>;

/// Where the outcome of what another thread did goes. That thread is all Python's while it may be blocked: were there
/// anything of ours on its stack, the end of the program would unwind through it.
#[pyclass(frozen, module = "kernel_client._native")]
struct Errand(Mutex<Option<Settle>>);

#[pymethods]
impl Errand {
    fn done<'py>(&self, py: Python<'py>, outcome: Bound<'py, PyAny>) -> PyResult<()> {
        self.settle(py, Ok(outcome))
    }

    fn failed<'py>(&self, py: Python<'py>, error: Bound<'py, PyAny>) -> PyResult<()> {
        self.settle(py, Err(PyErr::from_value(error)))
    }
}

impl Errand {
    fn settle<'py>(&self, py: Python<'py>, outcome: PyResult<Bound<'py, PyAny>>) -> PyResult<()> {
        let settle = lock(&self.0).take();
        settle.map_or(Ok(()), |settle| settle(py, outcome))
    }
}

/// Where jobs are put.
#[derive(Clone)]
pub(crate) struct Desk {
    put: Arc<dyn Fn(Job) + Send + Sync>,
}

tokio::task_local! {
    static DESK: Desk;
}

impl Desk {
    pub(crate) fn new(put: impl Fn(Job) + Send + Sync + 'static) -> Self {
        Self { put: Arc::new(put) }
    }

    /// The desk of whoever waits for the call that is being worked on.
    pub(crate) fn current() -> Option<Self> {
        DESK.try_with(Clone::clone).ok()
    }

    /// A call, worked on for whoever has this desk.
    pub(crate) fn of<F: Future>(self, call: F) -> impl Future<Output = F::Output> {
        DESK.scope(self, call)
    }

    /// The same for a part of it that does not wait.
    pub(crate) fn sync<T>(&self, work: impl FnOnce() -> T) -> T {
        DESK.sync_scope(self.clone(), work)
    }

    pub(crate) fn put(&self, job: Job) {
        (self.put)(job);
    }

    /// Has something done, and gives what comes of it; `None` when nobody does it.
    pub(crate) async fn ask<T: Send + 'static>(
        &self,
        work: impl FnOnce(Python<'_>, Place<'_, '_>, Answer<T>) -> PyResult<()> + Send + 'static,
    ) -> Option<T> {
        let (sender, receiver) = oneshot::channel();
        self.put(Box::new(move |py, place| {
            // An attempt that was given up meanwhile must not be made any more.
            if sender.is_closed() {
                return Ok(());
            }
            work(py, place, Answer(sender))
        }));
        receiver.await.ok()
    }
}

/// Where the outcome of a job goes.
pub(crate) struct Answer<T>(oneshot::Sender<T>);

impl<T> Answer<T> {
    pub(crate) fn give(self, outcome: T) {
        // Nobody may want it any more.
        let _ = self.0.send(outcome);
    }
}

/// A desk for work that goes on while nobody waits for it: jobs lie there until somebody does.
pub(crate) struct Tray(UnboundedReceiver<Job>);

impl Tray {
    /// `afterwards` is where jobs go when nobody will wait any more: what is left to be closed, mostly.
    pub(crate) fn new(afterwards: Option<Desk>) -> (Desk, Self) {
        let (sender, receiver): (UnboundedSender<Job>, _) = unbounded_channel();
        let desk = Desk::new(move |job| {
            if let (Err(SendError(job)), Some(desk)) = (sender.send(job), &afterwards) {
                desk.put(job);
            }
        });
        (desk, Self(receiver))
    }

    /// Has the jobs that lie here done by whoever waits now.
    pub(crate) fn poll_serve(&mut self, context: &mut Context<'_>) {
        while let Poll::Ready(Some(job)) = self.0.poll_recv(context) {
            if let Some(desk) = Desk::current() {
                desk.put(Box::new(move |py, place| {
                    let is_shared = true;
                    job(py, Place { is_shared, ..place })
                }));
            }
        }
    }
}
