//! `login_and_wait` and `wait_for_login`: a login goes on by itself, and its handlers are called where the caller is.

use std::future::poll_fn;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use kernel_client::Error;
use kernel_client::host::{self, Answers, FlowStep, LoginFlow};
use kernel_client::models::InputAnswer;
use pyo3::exceptions::{PyRuntimeError, PyTypeError};
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::{IntoPyObjectExt, intern};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use tokio::sync::{Mutex, Notify};

use crate::arguments::{Absent, Given};
use crate::bridge::{self, Coroutine};
use crate::desk::{Desk, Tray};
use crate::running::Running;
use crate::runtime;

/// What a program is told and asked while it waits; None where it wants to hear nothing.
pub(crate) struct Handlers<'py> {
    on_login: Option<Bound<'py, PyAny>>,
    on_input: Option<Bound<'py, PyAny>>,
}

impl<'py> Handlers<'py> {
    pub(crate) fn new(
        on_login: Option<Bound<'py, PyAny>>,
        on_input: Option<Bound<'py, PyAny>>,
    ) -> PyResult<Self> {
        for (name, handler) in [("on_login", &on_login), ("on_input", &on_input)] {
            if handler
                .as_ref()
                .is_some_and(|handler| !handler.is_callable())
            {
                return Err(PyTypeError::new_err(format!("`{name}` must be callable.")));
            }
        }
        Ok(Self { on_login, on_input })
    }

    /// Whether input is answered.
    pub(crate) fn answer(&self) -> bool {
        self.on_input.is_some()
    }
}

/// What a login comes to, and what is to be done for it by whoever waits.
struct Coming {
    steps: UnboundedReceiver<Result<FlowStep, Error>>,
    tray: Tray,
}

impl Coming {
    async fn step(&mut self) -> Option<Result<FlowStep, Error>> {
        poll_fn(|context| {
            self.tray.poll_serve(context);
            self.steps.poll_recv(context)
        })
        .await
    }
}

/// A login under way. It goes on while a handler is at work, too.
struct Steps {
    coming: Arc<Mutex<Coming>>,
    /// Told whenever a step is asked for.
    wanted: Arc<Notify>,
    /// The number of the last input that was taken back.
    withdrawn: Arc<AtomicU64>,
    answers: Answers,
    running: Running,
}

impl Steps {
    fn start(mut flow: LoginFlow, afterwards: Option<Desk>) -> PyResult<Self> {
        let answers = flow.answers();
        let (sender, steps) = unbounded_channel();
        let (desk, tray) = Tray::new(afterwards);
        let withdrawn = Arc::new(AtomicU64::new(0));
        let last_withdrawn = withdrawn.clone();
        let wanted = Arc::new(Notify::new());
        let is_wanted = wanted.clone();
        let task = Box::pin(desk.of(async move {
            let mut is_held = true;
            loop {
                if is_held {
                    is_wanted.notified().await;
                }
                let step = flow.next().await;
                // The caller is told of the login before anything is waited for: who asks for more has been told.
                is_held = matches!(step, Ok(FlowStep::Started(_)));
                if let Ok(FlowStep::Withdrawn(number)) = &step {
                    last_withdrawn.store(*number, Ordering::Relaxed);
                }
                let is_last = matches!(step, Ok(FlowStep::Done(_)) | Err(_));
                if sender.send(step).is_err() || is_last {
                    break;
                }
            }
        }));
        Ok(Self {
            coming: Arc::new(Mutex::new(Coming { steps, tray })),
            wanted,
            withdrawn,
            answers,
            running: Running::start(task)?,
        })
    }

    fn expect_this_process(&self) -> PyResult<()> {
        if self.running.is_of_this_process() {
            Ok(())
        } else {
            Err(PyRuntimeError::new_err(
                "the login was started in another process, before the fork",
            ))
        }
    }

    /// Submits the answer to the input of this number.
    fn give(&self, number: u64, answer: Option<InputAnswer>) -> PyResult<()> {
        self.expect_this_process()?;
        self.answers.give(number, answer);
        Ok(())
    }

    fn next(&self) -> PyResult<impl Future<Output = Result<FlowStep, Error>> + Send + use<>> {
        self.expect_this_process()?;
        self.wanted.notify_one();
        let coming = self.coming.clone();
        let withdrawn = self.withdrawn.clone();
        Ok(async move {
            let mut coming = coming.lock().await;
            loop {
                match coming.step().await {
                    // Taken back while another handler was at work.
                    Some(Ok(FlowStep::Input(number, _)))
                        if number <= withdrawn.load(Ordering::Relaxed) => {}
                    Some(step) => return step,
                    None => return Err(host::panicked()),
                }
            }
        })
    }
}

impl Drop for Steps {
    fn drop(&mut self) {
        if !self.running.is_of_this_process() {
            // To let go of them wakes the login, and could mean to wait for threads that are not there.
            std::mem::forget(self.answers.clone());
        }
    }
}

/// What a handler answers.
fn read(answer: Bound<'_, PyAny>) -> PyResult<Option<InputAnswer>> {
    let answer: Option<Option<InputAnswer>> =
        Given::from(answer).decode("on_input", Absent::Skipped)?;
    Ok(answer.flatten())
}

/// Waits for the end of a login, on the calling thread.
pub(crate) fn wait(
    py: Python<'_>,
    flow: LoginFlow,
    handlers: &Handlers<'_>,
) -> PyResult<Py<PyAny>> {
    let steps = Steps::start(flow, None)?;
    loop {
        match runtime::wait(py, steps.next()?)? {
            FlowStep::Started(login) => {
                if let Some(handler) = &handlers.on_login {
                    handler.call1((login,))?;
                }
            }
            FlowStep::Input(number, request) => {
                if let Some(handler) = &handlers.on_input {
                    steps.give(number, read(handler.call1((request,))?)?)?;
                }
            }
            // Here a handler is done before anything else is looked at.
            FlowStep::Withdrawn(_) => {}
            FlowStep::Done(connection) => return connection.into_py_any(py),
        }
    }
}

/// A coroutine that waits for the end of a login. It begins when it is awaited.
pub(crate) fn coroutine(
    py: Python<'_>,
    name: &'static str,
    flow: LoginFlow,
    handlers: &Handlers<'_>,
) -> PyResult<Py<PyAny>> {
    static FINISH: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
    let flow = Flow(std::sync::Mutex::new(Progress::Ahead(Box::new(flow))));
    let finish = FINISH.import(py, "kernel_client._login", "finish")?;
    let coroutine = finish.call1((flow, &handlers.on_login, &handlers.on_input))?;
    // Tasks and warnings tell of the method that was called.
    coroutine.setattr(intern!(py, "__qualname__"), name)?;
    Ok(coroutine.unbind())
}

/// A login, for the coroutine that calls its handlers.
#[pyclass(frozen, name = "LoginFlow", module = "kernel_client._native")]
pub(crate) struct Flow(std::sync::Mutex<Progress>);

enum Progress {
    Ahead(Box<LoginFlow>),
    UnderWay(Steps),
    Over,
}

#[pymethods]
impl Flow {
    /// What comes next: what it is, its number, and what goes with it.
    fn next(&self, py: Python<'_>) -> PyResult<Coroutine> {
        // Before anything is made of it: without asyncio there is no way to wait for several things at once.
        bridge::running_loop(py)?;
        let mut progress = bridge::lock(&self.0);
        let steps = match std::mem::replace(&mut *progress, Progress::Over) {
            Progress::Ahead(flow) => Steps::start(*flow, Some(bridge::desk(py)?))?,
            Progress::UnderWay(steps) => steps,
            Progress::Over => return Err(PyRuntimeError::new_err("the login is over")),
        };
        let next = steps.next();
        *progress = Progress::UnderWay(steps);
        let next = next?;
        Ok(Coroutine::new(
            "LoginFlow.next",
            Box::pin(next),
            |py, step| match step {
                FlowStep::Started(login) => (intern!(py, "started"), 0, login).into_py_any(py),
                FlowStep::Input(number, request) => {
                    (intern!(py, "input"), number, request).into_py_any(py)
                }
                FlowStep::Withdrawn(number) => {
                    (intern!(py, "withdrawn"), number, py.None()).into_py_any(py)
                }
                FlowStep::Done(connection) => (intern!(py, "done"), 0, connection).into_py_any(py),
            },
        ))
    }

    /// Submits the answer to the input of this number.
    fn answer(&self, number: u64, answer: Bound<'_, PyAny>) -> PyResult<()> {
        let answer = read(answer)?;
        match &*bridge::lock(&self.0) {
            Progress::UnderWay(steps) => steps.give(number, answer),
            Progress::Ahead(_) | Progress::Over => Ok(()),
        }
    }

    /// Ends it at once.
    fn close(&self) {
        let progress = std::mem::replace(&mut *bridge::lock(&self.0), Progress::Over);
        drop(progress);
    }
}
