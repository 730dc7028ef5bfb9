//! asyncio: a call is a coroutine whose work runs on the client's own threads.
//!
//! Those threads never touch Python. One that has an outcome puts a ticket into the queue of the event loop that
//! waits for it and writes a byte to a socket that this loop watches; the loop's own thread does the rest, for
//! all tickets at hand. So there is nothing to hold up or to crash an interpreter that shuts down. A loop that
//! watches no sockets (Windows' own) looks into the queue by itself, at short intervals while calls are under way.

use std::cell::RefCell;
use std::ffi::CString;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use kernel_client::Error;
use kernel_client::host::{self, Process};
use pyo3::exceptions::{PyNotImplementedError, PyRuntimeError, PyRuntimeWarning, PyStopIteration};
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyWeakrefMethods, PyWeakrefReference};
use pyo3::{PyTraverseError, PyVisit};
use slab::Slab;
use tokio::runtime::Handle;

use crate::desk::{self, Desk, Job, Place};
use crate::running::{Batch, Running, Task};
use crate::wakeup::Wakeup;
use crate::working::{Expected, Work, work};
use crate::{error, log, modules, transport};

/// Makes a Python object.
type Present = Box<dyn FnOnce(Python<'_>) -> PyResult<Py<PyAny>> + Send>;

pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // Nothing that is done under these locks can leave a value half changed.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What is done first, on the thread of the loop.
type Begin = Box<dyn FnOnce(Python<'_>) -> PyResult<Begun> + Send>;

/// A call that has begun.
pub(crate) enum Begun {
    /// Its value was at hand.
    Over(Py<PyAny>),
    Underway(Work, Expected),
}

/// A call that runs when it is awaited and stops when its task is cancelled.
#[pyclass(frozen, weakref, module = "kernel_client")]
pub(crate) struct Coroutine {
    name: &'static str,
    state: Mutex<State>,
}

enum State {
    /// Needs no waiting.
    Immediate(Present),
    /// May need none.
    Near(Begin),
    New(Work, Expected),
    Waiting(Running, Expected),
    Over,
}

impl Coroutine {
    /// A coroutine that only looks like one: its value needs no waiting.
    pub(crate) fn immediate(
        name: &'static str,
        present: impl FnOnce(Python<'_>) -> PyResult<Py<PyAny>> + Send + 'static,
    ) -> Self {
        Self {
            name,
            state: Mutex::new(State::Immediate(Box::new(present))),
        }
    }

    /// A coroutine that makes this call; `present` makes of the answer what Python gets.
    pub(crate) fn new<T: Send + 'static>(
        name: &'static str,
        call: impl Future<Output = Result<T, Error>> + Send + Unpin + 'static,
        present: impl FnOnce(Python<'_>, T) -> PyResult<Py<PyAny>> + Send + 'static,
    ) -> Self {
        let (work, expected) = work(call, present);
        Self {
            name,
            state: Mutex::new(State::New(work, expected)),
        }
    }

    /// A coroutine that may have its value without waiting: `begin` sees to that when it is awaited.
    pub(crate) fn near(
        name: &'static str,
        begin: impl FnOnce(Python<'_>) -> PyResult<Begun> + Send + 'static,
    ) -> Self {
        Self {
            name,
            state: Mutex::new(State::Near(Box::new(begin))),
        }
    }

    fn start<'py>(
        &self,
        py: Python<'py>,
        work: Work,
        expected: Expected,
    ) -> PyResult<Bound<'py, Wakeup>> {
        let (running, wakeup) = Bridge::start(py, work)?;
        self.replace(State::Waiting(running, expected));
        Ok(wakeup)
    }

    fn replace(&self, state: State) -> State {
        std::mem::replace(&mut lock(&self.state), state)
    }

    fn resume<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, Wakeup>> {
        match self.replace(State::Over) {
            State::Immediate(present) => Err(stop_iteration(py, present(py)?)),
            State::Near(begin) => match begin(py)? {
                Begun::Over(value) => Err(stop_iteration(py, value)),
                Begun::Underway(work, expected) => self.start(py, work, expected),
            },
            State::New(work, expected) => self.start(py, work, expected),
            State::Waiting(running, _) if !running.is_of_this_process() => Err(
                PyRuntimeError::new_err("the call was started in another process, before the fork"),
            ),
            State::Waiting(running, expected) if !expected.is_due() => {
                self.replace(State::Waiting(running, expected));
                Err(PyRuntimeError::new_err(
                    "the call is still under way: only its own task may resume it",
                ))
            }
            State::Waiting(running, expected) => {
                drop(running);
                Err(stop_iteration(py, expected.show(py)?))
            }
            State::Over => Err(PyRuntimeError::new_err(
                "cannot reuse already awaited coroutine",
            )),
        }
    }
}

// The protocol of coroutines, by which asyncio tells one from any other awaitable.
#[pymethods]
impl Coroutine {
    fn send<'py>(
        &self,
        py: Python<'py>,
        _value: &Bound<'py, PyAny>,
    ) -> PyResult<Bound<'py, Wakeup>> {
        self.resume(py)
    }

    #[pyo3(signature = (kind, value=None, traceback=None))]
    fn throw(
        &self,
        kind: &Bound<'_, PyAny>,
        value: Option<&Bound<'_, PyAny>>,
        traceback: Option<Bound<'_, PyAny>>,
    ) -> PyResult<()> {
        self.close();
        let exception = match value {
            _ if !kind.is_callable() => kind.clone(),
            None => kind.call0()?,
            Some(value) if value.is_instance(kind)? => value.clone(),
            Some(value) => kind.call1((value,))?,
        };
        if let Some(traceback) = traceback {
            exception.call_method1(intern!(kind.py(), "with_traceback"), (traceback,))?;
        }
        Err(PyErr::from_value(exception))
    }

    /// Stops the call.
    fn close(&self) {
        drop(self.replace(State::Over));
    }

    fn __await__(slf: Bound<'_, Self>) -> Bound<'_, Self> {
        slf
    }

    fn __iter__(slf: Bound<'_, Self>) -> Bound<'_, Self> {
        slf
    }

    fn __next__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, Wakeup>> {
        self.resume(py)
    }

    #[getter]
    fn __name__(&self) -> &'static str {
        self.name
    }

    #[getter]
    fn __qualname__(&self) -> &'static str {
        self.name
    }

    fn __repr__(&self) -> String {
        format!("<coroutine {}>", self.name)
    }
}

impl Drop for Coroutine {
    fn drop(&mut self) {
        let state = self.state.get_mut().unwrap_or_else(PoisonError::into_inner);
        if matches!(state, State::New(..) | State::Near(_) | State::Immediate(_)) {
            Python::try_attach(|py| warn_never_awaited(py, self.name));
        }
    }
}

/// The most common mistake with coroutines, said in the interpreter's own words.
fn warn_never_awaited(py: Python<'_>, name: &str) {
    let Ok(text) = CString::new(format!("coroutine '{name}' was never awaited")) else {
        return;
    };
    let raised = PyErr::take(py);
    if let Err(error) = PyErr::warn(py, &py.get_type::<PyRuntimeWarning>(), &text, 1) {
        error.write_unraisable(py, None);
    }
    if let Some(raised) = raised {
        raised.restore(py);
    }
}

fn stop_iteration(py: Python<'_>, value: Py<PyAny>) -> PyErr {
    // An instance, as a bare tuple would be taken for several arguments.
    match py.get_type::<PyStopIteration>().call1((value,)) {
        Ok(stop) => PyErr::from_value(stop),
        Err(error) => error,
    }
}

/// The asyncio loop that the caller runs in.
pub(crate) fn running_loop(py: Python<'_>) -> PyResult<Bound<'_, PyAny>> {
    static RUNNING_LOOP: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
    if is_on_trio(py)? {
        return Err(error::event_loop(
            py,
            "trio is not supported: `AsyncKernel` runs on asyncio (its own loops, uvloop, anyio's asyncio backend). \
             On trio, call `Kernel` in a thread: `await trio.to_thread.run_sync(...)`.",
        ));
    }
    let running_loop = RUNNING_LOOP.import(py, "asyncio", "get_running_loop")?;
    running_loop.call0().map_err(|none| {
        if none.is_instance_of::<PyRuntimeError>(py) {
            error::event_loop(
                py,
                "no running event loop: `AsyncKernel` runs on asyncio (its own loops, uvloop, anyio's asyncio \
                 backend), so await it in a coroutine that `asyncio.run(...)` runs. `Kernel` needs no loop.",
            )
        } else {
            none
        }
    })
}

/// Whether trio waits for the caller. It may do so on top of an asyncio loop, where the one would wait for the other.
fn is_on_trio(py: Python<'_>) -> PyResult<bool> {
    let Some(lowlevel) = modules::loaded(py, intern!(py, "trio.lowlevel")) else {
        return Ok(false);
    };
    match lowlevel.getattr_opt(intern!(py, "in_trio_task"))? {
        Some(in_trio_task) => in_trio_task.call0()?.is_truthy(),
        None => Ok(false),
    }
}

/// Tells the loop of a call, when it is dropped, that the call has ended.
pub(crate) struct Alarm {
    ticket: Ticket,
    haste: Haste,
    queue: Arc<Queue>,
}

impl Drop for Alarm {
    fn drop(&mut self) {
        self.queue
            .push(self.haste, |coming| coming.tickets.push(self.ticket));
    }
}

type Ticket = usize;

/// With so many the other side begins, though more may be to come: it works on them meanwhile.
const AT_ONCE: usize = 16;

/// When a loop is told that something has come.
#[derive(Clone, Copy, PartialEq)]
enum Haste {
    AtOnce,
    /// After what else is ready on the thread that has it: that may be for the same loop.
    Together,
}

/// What is on the way to a loop: the tickets of calls that have ended, and what is to be done for others meanwhile.
struct Queue {
    coming: Mutex<Coming>,
    pipe: Option<Pipe>,
}

#[derive(Default)]
struct Coming {
    tickets: Vec<Ticket>,
    jobs: Vec<(Job, Option<Arc<Py<PyAny>>>)>,
    /// Whether the loop has been told.
    is_told: bool,
}

impl Coming {
    fn count(&self) -> usize {
        self.tickets.len() + self.jobs.len()
    }
}

impl Queue {
    fn push(self: &Arc<Self>, haste: Haste, add: impl FnOnce(&mut Coming)) {
        let mut coming = lock(&self.coming);
        add(&mut coming);
        let count = coming.count();
        drop(coming);
        // On a thread of the client's.
        let may_wait = |runtime: &Handle| haste == Haste::Together && host::is_shared(runtime);
        match Handle::try_current().ok().filter(may_wait) {
            Some(_) if 1 < count && count < AT_ONCE => {}
            Some(runtime) if count == 1 => {
                let this = self.clone();
                runtime.spawn(async move {
                    tokio::task::yield_now().await;
                    this.tell();
                });
            }
            _ => self.tell(),
        }
    }

    /// Tells the loop, with one byte for as much as comes before it looks.
    fn tell(&self) {
        let mut coming = lock(&self.coming);
        if coming.is_told || coming.count() == 0 {
            return;
        }
        coming.is_told = true;
        drop(coming);
        if let Some(pipe) = &self.pipe {
            pipe.wake();
        }
    }

    fn take(&self) -> Coming {
        // The byte first: what comes in between brings another.
        if let Some(pipe) = &self.pipe {
            pipe.drain();
        }
        std::mem::take(&mut lock(&self.coming))
    }

    /// The desk of a call whose loop this is.
    fn desk(self: &Arc<Self>, context: Option<Arc<Py<PyAny>>>) -> Desk {
        let this = self.clone();
        Desk::new(move |job| {
            let context = context.clone();
            this.push(Haste::AtOnce, |coming| coming.jobs.push((job, context)));
        })
    }
}

/// What wakes a loop that watches sockets.
#[cfg(unix)]
struct Pipe {
    reader: std::os::unix::net::UnixStream,
    writer: std::os::unix::net::UnixStream,
}

#[cfg(unix)]
impl Pipe {
    fn open() -> std::io::Result<Option<Self>> {
        let (reader, writer) = std::os::unix::net::UnixStream::pair()?;
        reader.set_nonblocking(true)?;
        writer.set_nonblocking(true)?;
        Ok(Some(Self { reader, writer }))
    }

    fn descriptor(&self) -> i32 {
        std::os::fd::AsRawFd::as_raw_fd(&self.reader)
    }

    fn wake(&self) {
        // A pipe too full for another byte wakes the loop just as well.
        let _ = std::io::Write::write(&mut &self.writer, &[0]);
    }

    fn drain(&self) {
        let mut bytes = [0; 64];
        while std::io::Read::read(&mut &self.reader, &mut bytes)
            .is_ok_and(|read| read == bytes.len())
        {}
    }
}

/// Windows' own loop watches none.
#[cfg(not(unix))]
enum Pipe {}

#[cfg(not(unix))]
impl Pipe {
    fn open() -> std::io::Result<Option<Self>> {
        Ok(None)
    }

    fn descriptor(&self) -> i32 {
        match *self {}
    }

    fn wake(&self) {
        match *self {}
    }

    fn drain(&self) {
        match *self {}
    }
}

/// Where jobs are put that the running loop is to do.
pub(crate) fn desk(py: Python<'_>) -> PyResult<Desk> {
    let bridge = Bridge::of(&running_loop(py)?)?;
    Ok(bridge.get().desk.clone())
}

/// Where the calls of one event loop come back. The loop keeps it, to call it.
#[pyclass(frozen, weakref, module = "kernel_client")]
pub(crate) struct Bridge {
    process: Process,
    event_loop: Py<PyWeakrefReference>,
    queue: Arc<Queue>,
    /// Of calls that need nothing of their task's.
    desk: Desk,
    waiting: Mutex<Waiting>,
    /// Calls that start when the loop has gone through what is ready.
    ahead: Batch,
}

/// The tasks of calls under way.
#[derive(Default)]
struct Waiting {
    wakeups: Slab<Py<Wakeup>>,
    /// When the loop looks next, where it has no pipe to watch.
    look: Option<Duration>,
}

/// How soon a loop without a pipe looks after a call has begun or ended,
const FIRST_LOOK: Duration = Duration::from_millis(1);
/// and how seldom it looks when nothing has come for a while.
const SELDOM: Duration = Duration::from_millis(16);

thread_local! {
    /// The bridges of the loops of this thread, held weakly: what waits there holds the loops.
    static BRIDGES: RefCell<Vec<Py<PyWeakrefReference>>> = const { RefCell::new(Vec::new()) };
}

impl Bridge {
    fn of<'py>(event_loop: &Bound<'py, PyAny>) -> PyResult<Bound<'py, Self>> {
        let py = event_loop.py();
        let process = Process::current();
        let is_of_it = |bridge: &Bound<'py, Self>| {
            let this = bridge.get();
            let of = this.event_loop.bind(py).upgrade();
            this.process == process && of.is_some_and(|of| of.is(event_loop))
        };
        // Looked at outside of the borrow: to let go of a loop may run code that comes here again.
        let newest = BRIDGES.with_borrow(|bridges| bridges.last()?.bind(py).upgrade_as().ok()?);
        if let Some(bridge) = newest.filter(&is_of_it) {
            return Ok(bridge);
        }
        let bridges: Vec<Bound<'py, Self>> = BRIDGES.with_borrow(|bridges| {
            let alive = bridges.iter();
            alive
                .filter_map(|bridge| bridge.bind(py).upgrade_as().ok()?)
                .collect()
        });
        if let Some(bridge) = bridges.into_iter().find(is_of_it) {
            return Ok(bridge);
        }
        let bridge = Self::open(event_loop)?;
        let entry = PyWeakrefReference::new(&bridge)?.unbind();
        let alive = BRIDGES.with_borrow_mut(|bridges| {
            let mut alive = Vec::new();
            bridges.retain(|bridge| {
                let bridge = bridge.bind(py).upgrade();
                let is_alive = bridge.is_some();
                alive.extend(bridge);
                is_alive
            });
            bridges.push(entry);
            alive
        });
        drop(alive);
        Ok(bridge)
    }

    fn open<'py>(event_loop: &Bound<'py, PyAny>) -> PyResult<Bound<'py, Self>> {
        let py = event_loop.py();
        if let Some(pipe) = Pipe::open()? {
            let descriptor = pipe.descriptor();
            let bridge = Self::new(event_loop, Some(pipe))?;
            // In a context of its own, since the loop keeps the one it is called in for as long as it lives.
            let context = py.import("contextvars")?.getattr("Context")?.call0()?;
            let add_reader = event_loop.getattr("add_reader")?;
            match context.call_method1("run", (add_reader, descriptor, &bridge)) {
                Ok(_) => return Ok(bridge),
                Err(error) if error.is_instance_of::<PyNotImplementedError>(py) => {}
                Err(error) => return Err(error),
            }
        }
        Self::new(event_loop, None)
    }

    fn new<'py>(event_loop: &Bound<'py, PyAny>, pipe: Option<Pipe>) -> PyResult<Bound<'py, Self>> {
        let queue = Arc::new(Queue {
            coming: Mutex::default(),
            pipe,
        });
        let bridge = Self {
            process: Process::current(),
            event_loop: PyWeakrefReference::new(event_loop)?.unbind(),
            desk: queue.desk(None),
            queue,
            waiting: Mutex::default(),
            ahead: Batch::default(),
        };
        Bound::new(event_loop.py(), bridge)
    }

    /// Starts a call of the running loop, and gives what its task waits for.
    fn start<'py>(py: Python<'py>, mut work: Work) -> PyResult<(Running, Bound<'py, Wakeup>)> {
        let event_loop = running_loop(py)?;
        let bridge = Self::of(&event_loop)?;
        let this = bridge.get();
        let wakeup = Bound::new(py, Wakeup::new(&event_loop))?;
        let (ticket, is_alone) = this.admit(&wakeup);
        // It takes back the ticket, whatever happens.
        let alarm = Alarm {
            ticket,
            haste: if is_alone {
                Haste::AtOnce
            } else {
                Haste::Together
            },
            queue: this.queue.clone(),
        };
        Self::look_later(&bridge, &event_loop, FIRST_LOOK)?;
        let desk = match transport::context(py)? {
            None => this.desk.clone(),
            context => this.queue.desk(context),
        };
        work.as_mut().begin(desk, alarm);
        let running = Self::launch(&bridge, &event_loop, work, is_alone)?;
        Ok((running, wakeup))
    }

    /// Has a call start: at once when it is the only one, else together with those that the loop makes in the same turn.
    fn launch<'py>(
        bridge: &Bound<'py, Self>,
        event_loop: &Bound<'py, PyAny>,
        task: Task,
        is_alone: bool,
    ) -> PyResult<Running> {
        let py = bridge.py();
        if is_alone {
            log::look_at_levels(py);
            return Ok(Running::start(task)?);
        }
        let (running, count) = bridge.get().ahead.add(task);
        if count == AT_ONCE {
            bridge.get().begin(py)?;
        } else if count == 1 {
            let begin = bridge.getattr(intern!(py, "begin"))?;
            event_loop.call_method1(intern!(py, "call_soon"), (begin,))?;
        }
        Ok(running)
    }

    /// Gives the ticket of a call, and whether no other is under way.
    fn admit(&self, wakeup: &Bound<'_, Wakeup>) -> (Ticket, bool) {
        let mut waiting = lock(&self.waiting);
        let ticket = waiting.wakeups.insert(wakeup.clone().unbind());
        (ticket, waiting.wakeups.len() == 1)
    }

    /// Has a loop without a pipe look into the queue after a while, unless it will anyway.
    fn look_later<'py>(
        bridge: &Bound<'py, Self>,
        event_loop: &Bound<'py, PyAny>,
        after: Duration,
    ) -> PyResult<()> {
        let this = bridge.get();
        if this.queue.pipe.is_none() && lock(&this.waiting).look.replace(after).is_none() {
            let call_later = event_loop.getattr(intern!(bridge.py(), "call_later"))?;
            call_later.call1((after.as_secs_f64(), bridge))?;
        }
        Ok(())
    }
}

#[pymethods]
impl Bridge {
    /// Called by the loop when calls are to start.
    fn begin(&self, py: Python<'_>) -> PyResult<()> {
        log::look_at_levels(py);
        Ok(self.ahead.start()?)
    }

    /// Called by the loop when calls have ended, or may have.
    fn __call__(slf: &Bound<'_, Self>) -> PyResult<()> {
        let py = slf.py();
        let this = slf.get();
        let Coming { tickets, jobs, .. } = this.queue.take();
        let event_loop = this.event_loop.bind(py).upgrade();
        // Whatever fails here, what was taken out of the queue is done: nobody else will.
        let mut ended = Ok(());
        // A loop under debug measures how long each of its callbacks takes.
        let is_debugged = event_loop.as_ref().is_some_and(|event_loop| {
            let debug = event_loop.call_method0(intern!(py, "get_debug"));
            let debug = debug.and_then(|debug| debug.is_truthy());
            debug.unwrap_or_else(|error| {
                ended = Err(error);
                true
            })
        });
        for (job, context) in jobs {
            let context = context.as_ref().map(|context| context.bind(py));
            let event_loop = event_loop.as_ref();
            let place = Place {
                event_loop,
                context,
                is_shared: false,
            };
            ended = ended.and(job(py, place));
        }
        let (wakeups, look) = {
            let mut waiting = lock(&this.waiting);
            let wakeups: Vec<_> = tickets
                .iter()
                .filter_map(|ticket| waiting.wakeups.try_remove(*ticket))
                .collect();
            let looked = waiting.look.take().unwrap_or(FIRST_LOOK);
            let next = if wakeups.is_empty() {
                looked * 2
            } else {
                FIRST_LOOK
            };
            (wakeups, (!waiting.wakeups.is_empty()).then_some(next))
        };
        if let (Some(look), Some(event_loop)) = (look, event_loop) {
            ended = ended.and(Self::look_later(slf, &event_loop, look.min(SELDOM)));
        }
        for wakeup in wakeups {
            // After what ends the program the others must still hear of theirs, but not go on before it is out.
            let woken = Wakeup::wake(wakeup.bind(py), !is_debugged && ended.is_ok());
            ended = ended.and(woken.or_else(|error| desk::report(py, error)));
        }
        ended
    }

    fn __traverse__(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        match self.waiting.try_lock() {
            Ok(waiting) => waiting
                .wakeups
                .iter()
                .try_for_each(|(_, wakeup)| visit.call(wakeup)),
            Err(_) => Ok(()),
        }
    }

    fn __clear__(&self) {
        let wakeups = std::mem::take(&mut lock(&self.waiting).wakeups);
        drop(wakeups);
    }
}
