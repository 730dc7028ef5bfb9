//! What the task of a call waits for: as much of asyncio's future as a task asks for.
//!
//! The task goes on in the same turn of the loop in which its call has ended. With a future of asyncio's own it would do
//! so in the next one, at three times the cost.

use std::sync::Mutex;

use pyo3::exceptions::PyRuntimeError;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::PyDict;
use pyo3::{PyTraverseError, PyVisit, intern};

use crate::bridge::lock;

static CANCELLED_ERROR: PyOnceLock<Py<PyAny>> = PyOnceLock::new();

#[pyclass(frozen, weakref, module = "kernel_client._native")]
pub(crate) struct Wakeup {
    event_loop: Py<PyAny>,
    state: Mutex<State>,
}

enum State {
    Pending {
        /// By which a task tells what it may wait for.
        is_blocking: bool,
        /// Of a task, and of who else wants to know.
        callbacks: Vec<Wake>,
    },
    Done,
    /// With the message of who did it.
    Cancelled(Option<Py<PyAny>>),
}

/// What wakes the task, and the context in which it runs.
struct Wake {
    callback: Py<PyAny>,
    context: Option<Py<PyAny>>,
}

impl Wakeup {
    pub(crate) fn new(event_loop: &Bound<'_, PyAny>) -> Self {
        Self {
            event_loop: event_loop.clone().unbind(),
            state: Mutex::new(State::Pending {
                is_blocking: true,
                callbacks: Vec::new(),
            }),
        }
    }

    /// Has the task go on: at once, or as soon as the loop comes to it.
    pub(crate) fn wake(slf: &Bound<'_, Self>, at_once: bool) -> PyResult<()> {
        let mut ended = Ok(());
        for wake in slf.get().end(State::Done) {
            let woken = match wake {
                Wake {
                    callback,
                    context: Some(context),
                } if at_once && ended.is_ok() => {
                    let run = intern!(slf.py(), "run");
                    let ran = context.bind(slf.py()).call_method1(run, (callback, slf));
                    ran.map(|_| ())
                }
                wake => Self::wake_soon(slf, wake),
            };
            ended = ended.and(woken);
        }
        ended
    }

    fn wake_soon(slf: &Bound<'_, Self>, wake: Wake) -> PyResult<()> {
        let py = slf.py();
        let options = PyDict::new(py);
        options.set_item(intern!(py, "context"), wake.context)?;
        let event_loop = slf.get().event_loop.bind(py);
        let call_soon = event_loop.getattr(intern!(py, "call_soon"))?;
        call_soon.call((wake.callback, slf), Some(&options))?;
        Ok(())
    }

    /// Gives what wakes the task, once.
    fn end(&self, state: State) -> Vec<Wake> {
        let mut current = lock(&self.state);
        match &mut *current {
            State::Pending { callbacks, .. } => {
                let callbacks = std::mem::take(callbacks);
                *current = state;
                callbacks
            }
            State::Done | State::Cancelled(_) => Vec::new(),
        }
    }
}

// What tasks of asyncio ask of a future.
#[pymethods]
impl Wakeup {
    #[getter(_asyncio_future_blocking)]
    fn is_blocking(&self) -> bool {
        matches!(
            &*lock(&self.state),
            State::Pending {
                is_blocking: true,
                ..
            }
        )
    }

    #[setter(_asyncio_future_blocking)]
    fn set_blocking(&self, value: bool) {
        if let State::Pending { is_blocking, .. } = &mut *lock(&self.state) {
            *is_blocking = value;
        }
    }

    fn get_loop(&self, py: Python<'_>) -> Py<PyAny> {
        self.event_loop.clone_ref(py)
    }

    #[pyo3(signature = (callback, *, context=None))]
    fn add_done_callback(
        slf: &Bound<'_, Self>,
        callback: Py<PyAny>,
        context: Option<Py<PyAny>>,
    ) -> PyResult<()> {
        let wake = Wake { callback, context };
        if let State::Pending { callbacks, .. } = &mut *lock(&slf.get().state) {
            callbacks.push(wake);
            return Ok(());
        }
        Self::wake_soon(slf, wake)
    }

    /// Takes a callback out, and tells how often it was there.
    fn remove_done_callback(&self, callback: &Bound<'_, PyAny>) -> PyResult<usize> {
        let py = callback.py();
        // They are compared outside of the lock, as that may run anything.
        let all: Vec<Py<PyAny>> = match &*lock(&self.state) {
            State::Pending { callbacks, .. } => callbacks
                .iter()
                .map(|wake| wake.callback.clone_ref(py))
                .collect(),
            State::Done | State::Cancelled(_) => Vec::new(),
        };
        let mut same = Vec::new();
        for each in all {
            if each.bind(py).eq(callback)? {
                same.push(each);
            }
        }
        let mut removed = Vec::new();
        if let State::Pending { callbacks, .. } = &mut *lock(&self.state) {
            let is_same = |wake: &mut Wake| same.iter().any(|same| same.is(&wake.callback));
            removed.extend(callbacks.extract_if(.., is_same));
        }
        Ok(removed.len())
    }

    #[pyo3(signature = (msg=None))]
    fn cancel(slf: &Bound<'_, Self>, msg: Option<Py<PyAny>>) -> PyResult<bool> {
        if slf.get().done() {
            return Ok(false);
        }
        for wake in slf.get().end(State::Cancelled(msg)) {
            Self::wake_soon(slf, wake)?;
        }
        Ok(true)
    }

    fn cancelled(&self) -> bool {
        matches!(&*lock(&self.state), State::Cancelled(_))
    }

    fn done(&self) -> bool {
        !matches!(&*lock(&self.state), State::Pending { .. })
    }

    /// What there is no other way to ask for than by waiting, as nothing but the call itself fails.
    fn exception(&self, py: Python<'_>) -> PyResult<()> {
        self.result(py)
    }

    fn result(&self, py: Python<'_>) -> PyResult<()> {
        let message = match &*lock(&self.state) {
            State::Done => return Ok(()),
            State::Pending { .. } => {
                return Err(PyRuntimeError::new_err("the call is still under way"));
            }
            State::Cancelled(message) => message.as_ref().map(|message| message.clone_ref(py)),
        };
        let cancelled = CANCELLED_ERROR.import(py, "asyncio", "CancelledError")?;
        let error = match message {
            Some(message) => cancelled.call1((message,)),
            None => cancelled.call0(),
        };
        Err(PyErr::from_value(error?))
    }

    fn __repr__(&self) -> &'static str {
        match &*lock(&self.state) {
            State::Pending { .. } => "<call under way>",
            State::Done => "<call that has ended>",
            State::Cancelled(_) => "<cancelled call>",
        }
    }

    fn __traverse__(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        visit.call(&self.event_loop)?;
        let Ok(state) = self.state.try_lock() else {
            return Ok(());
        };
        match &*state {
            State::Pending { callbacks, .. } => callbacks.iter().try_for_each(|wake| {
                visit.call(&wake.callback)?;
                visit.call(&wake.context)
            }),
            State::Cancelled(message) => visit.call(message),
            State::Done => Ok(()),
        }
    }

    fn __clear__(&self) {
        drop(self.end(State::Done));
    }
}
