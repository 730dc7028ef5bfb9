//! asyncio: a call is a coroutine whose work runs on the client's own threads.
//!
//! Those threads never touch Python. One that has an outcome puts a ticket into the queue of the event loop that
//! waits for it and writes a byte to a socket that this loop watches; the loop's own thread does the rest, for
//! all tickets at hand. So there is nothing to hold up or to crash an interpreter that shuts down. A loop that
//! watches no sockets (Windows' own) looks into the queue by itself, at short intervals while calls are under way.

use std::cell::RefCell;
use std::collections::HashMap;
use std::ffi::CString;
use std::pin::Pin;
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
use tokio::runtime::Handle;

use crate::desk::{Desk, Job, Place};
use crate::running::{Batch, Running, Task};
use crate::{error, log, modules, transport};

/// Whether there is an answer for `Present`, or what went wrong.
pub(crate) type Outcome = Result<(), Error>;

/// Makes the Python object of the answer. It stays with the coroutine, as it may hold Python objects: letting go of
/// them is as little to be done on another thread as using them.
pub(crate) type Present = Box<dyn FnOnce(Python<'_>) -> PyResult<Py<PyAny>> + Send>;

pub(crate) type Work = Pin<Box<dyn Future<Output = Outcome> + Send>>;

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
    Underway(Work, Present),
}

/// The work of a call, and what makes of its answer what Python gets.
pub(crate) fn work<T: Send + 'static>(
    call: impl Future<Output = Result<T, Error>> + Send + 'static,
    present: impl FnOnce(Python<'_>, T) -> PyResult<Py<PyAny>> + Send + 'static,
) -> (Work, Present) {
    let here = Arc::new(Mutex::new(None));
    let answer = here.clone();
    let work = async move {
        *lock(&here) = Some(call.await?);
        Ok(())
    };
    let present = move |py: Python<'_>| {
        let answer = lock(&answer).take();
        answer.map_or_else(|| Err(error::panicked(py)), |answer| present(py, answer))
    };
    (Box::pin(work), Box::new(present))
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
    New(Work, Present),
    Waiting(Waiting, Present),
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
        call: impl Future<Output = Result<T, Error>> + Send + 'static,
        present: impl FnOnce(Python<'_>, T) -> PyResult<Py<PyAny>> + Send + 'static,
    ) -> Self {
        let (work, present) = work(call, present);
        Self {
            name,
            state: Mutex::new(State::New(work, present)),
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
        present: Present,
    ) -> PyResult<Bound<'py, PyAny>> {
        let (waiting, future) = Waiting::start(py, work)?;
        self.replace(State::Waiting(waiting, present));
        Ok(future)
    }

    fn replace(&self, state: State) -> State {
        std::mem::replace(&mut lock(&self.state), state)
    }

    fn resume<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        match self.replace(State::Over) {
            State::Immediate(present) => Err(stop_iteration(py, present(py)?)),
            State::Near(begin) => match begin(py)? {
                Begun::Over(value) => Err(stop_iteration(py, value)),
                Begun::Underway(work, present) => self.start(py, work, present),
            },
            State::New(work, present) => self.start(py, work, present),
            State::Waiting(waiting, present) => match waiting.take()? {
                Reply::Outstanding => {
                    self.replace(State::Waiting(waiting, present));
                    Err(PyRuntimeError::new_err(
                        "the call is still under way: only its own task may resume it",
                    ))
                }
                Reply::Here(Ok(())) => Err(stop_iteration(py, present(py)?)),
                Reply::Here(Err(failure)) => Err(error::to_python(py, &failure)),
                Reply::Lost => Err(error::panicked(py)),
            },
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
    ) -> PyResult<Bound<'py, PyAny>> {
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

    fn __next__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
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

/// A call under way, and who waits for it.
struct Waiting {
    reply: Arc<Mutex<Reply>>,
    running: Running,
}

/// What has come of a call so far.
enum Reply {
    Outstanding,
    Here(Outcome),
    /// It ended without an outcome.
    Lost,
}

impl Waiting {
    /// Starts the work; the future is what the task waits for.
    fn start(py: Python<'_>, work: Work) -> PyResult<(Self, Bound<'_, PyAny>)> {
        let event_loop = running_loop(py)?;
        log::look_at_levels(py);
        let bridge = Bridge::of(&event_loop)?;
        let future = event_loop.call_method0(intern!(py, "create_future"))?;
        future.setattr(intern!(py, "_asyncio_future_blocking"), true)?;
        let reply = Arc::new(Mutex::new(Reply::Outstanding));
        let (ticket, is_alone) = bridge.get().admit(&future);
        Bridge::look_later(&bridge, &event_loop, FIRST_LOOK)?;
        let alarm = Alarm {
            reply: reply.clone(),
            ticket,
            haste: if is_alone {
                Haste::AtOnce
            } else {
                Haste::Together
            },
            queue: bridge.get().queue.clone(),
        };
        let desk = bridge.get().queue.clone().desk(transport::context(py)?);
        let task = Box::pin(desk.of(async move {
            let outcome = work.await;
            alarm.ring(outcome);
        }));
        let running = Bridge::launch(&bridge, &event_loop, task, is_alone)?;
        Ok((Self { reply, running }, future))
    }

    fn take(&self) -> PyResult<Reply> {
        if self.running.is_of_this_process() {
            Ok(std::mem::replace(
                &mut lock(&self.reply),
                Reply::Outstanding,
            ))
        } else {
            Err(PyRuntimeError::new_err(
                "the call was started in another process, before the fork",
            ))
        }
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

/// Tells the loop of a call that the call has ended, however it did.
struct Alarm {
    reply: Arc<Mutex<Reply>>,
    ticket: Ticket,
    haste: Haste,
    queue: Arc<Queue>,
}

impl Alarm {
    fn ring(self, outcome: Outcome) {
        *lock(&self.reply) = Reply::Here(outcome);
    }
}

impl Drop for Alarm {
    fn drop(&mut self) {
        let mut reply = lock(&self.reply);
        if matches!(*reply, Reply::Outstanding) {
            *reply = Reply::Lost;
        }
        drop(reply);
        self.queue
            .push(self.haste, |coming| coming.tickets.push(self.ticket));
    }
}

type Ticket = u64;

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
    fn desk(self: Arc<Self>, context: Option<Arc<Py<PyAny>>>) -> Desk {
        Desk::new(move |job| {
            let context = context.clone();
            self.push(Haste::AtOnce, |coming| coming.jobs.push((job, context)));
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
    Ok(bridge.get().queue.clone().desk(None))
}

/// Where the calls of one event loop come back. The loop keeps it, to call it.
#[pyclass(frozen, weakref, module = "kernel_client")]
pub(crate) struct Bridge {
    process: Process,
    event_loop: Py<PyWeakrefReference>,
    queue: Arc<Queue>,
    waiting: Mutex<Expected>,
    /// Calls that start when the loop has gone through what is ready.
    ahead: Batch,
}

/// The futures of calls under way.
#[derive(Default)]
struct Expected {
    last: Ticket,
    futures: HashMap<Ticket, Py<PyAny>>,
    /// When the loop looks next, where it has no pipe to watch.
    look: Option<Duration>,
}

/// How soon a loop without a pipe looks after a call has begun or ended,
const FIRST_LOOK: Duration = Duration::from_millis(1);
/// and how seldom it looks when nothing has come for a while.
const SELDOM: Duration = Duration::from_millis(16);

thread_local! {
    /// The bridges of the loops of this thread, held weakly: their futures hold the loops.
    static BRIDGES: RefCell<Vec<Py<PyWeakrefReference>>> = const { RefCell::new(Vec::new()) };
}

impl Bridge {
    fn of<'py>(event_loop: &Bound<'py, PyAny>) -> PyResult<Bound<'py, Self>> {
        let py = event_loop.py();
        let process = Process::current();
        // Looked at outside of the borrow: to let go of a loop may run code that comes here again.
        let bridges: Vec<Bound<'py, Self>> = BRIDGES.with_borrow(|bridges| {
            let alive = bridges.iter();
            alive
                .filter_map(|bridge| bridge.bind(py).upgrade_as().ok()?)
                .collect()
        });
        let known = bridges.into_iter().find(|bridge| {
            let this = bridge.get();
            let of = this.event_loop.bind(py).upgrade();
            this.process == process && of.is_some_and(|of| of.is(event_loop))
        });
        if let Some(bridge) = known {
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
        let bridge = Self {
            process: Process::current(),
            event_loop: PyWeakrefReference::new(event_loop)?.unbind(),
            queue: Arc::new(Queue {
                coming: Mutex::default(),
                pipe,
            }),
            waiting: Mutex::default(),
            ahead: Batch::default(),
        };
        Bound::new(event_loop.py(), bridge)
    }

    /// Has a call start: at once when it is the only one, else together with those that the loop makes in the same turn.
    fn launch<'py>(
        bridge: &Bound<'py, Self>,
        event_loop: &Bound<'py, PyAny>,
        task: Task,
        is_alone: bool,
    ) -> PyResult<Running> {
        if is_alone {
            return Ok(Running::start(task)?);
        }
        let (running, count) = bridge.get().ahead.add(task);
        if count == AT_ONCE {
            bridge.get().ahead.start()?;
        } else if count == 1 {
            let start = bridge.getattr(intern!(bridge.py(), "start"))?;
            event_loop.call_method1(intern!(bridge.py(), "call_soon"), (start,))?;
        }
        Ok(running)
    }

    /// Gives the ticket of a call, and whether no other is under way.
    fn admit(&self, future: &Bound<'_, PyAny>) -> (Ticket, bool) {
        let mut waiting = lock(&self.waiting);
        waiting.last += 1;
        let ticket = waiting.last;
        waiting.futures.insert(ticket, future.clone().unbind());
        (ticket, waiting.futures.len() == 1)
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
    fn start(&self) -> PyResult<()> {
        Ok(self.ahead.start()?)
    }

    /// Called by the loop when calls have ended, or may have.
    fn __call__(slf: &Bound<'_, Self>) -> PyResult<()> {
        let py = slf.py();
        let this = slf.get();
        let Coming { tickets, jobs, .. } = this.queue.take();
        let event_loop = this.event_loop.bind(py).upgrade();
        let mut ended = Ok(());
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
        let (futures, look) = {
            let mut waiting = lock(&this.waiting);
            let futures: Vec<_> = tickets
                .iter()
                .filter_map(|ticket| waiting.futures.remove(ticket))
                .collect();
            let looked = waiting.look.take().unwrap_or(FIRST_LOOK);
            let next = if futures.is_empty() {
                looked * 2
            } else {
                FIRST_LOOK
            };
            (futures, (!waiting.futures.is_empty()).then_some(next))
        };
        for future in futures {
            if let Err(error) = resolve(future.bind(py)) {
                // The others must still hear of theirs.
                error.write_unraisable(py, Some(future.bind(py)));
            }
        }
        if let (Some(look), Some(event_loop)) = (look, event_loop) {
            Self::look_later(slf, &event_loop, look.min(SELDOM))?;
        }
        ended
    }

    fn __traverse__(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        match self.waiting.try_lock() {
            Ok(waiting) => waiting
                .futures
                .values()
                .try_for_each(|future| visit.call(future)),
            Err(_) => Ok(()),
        }
    }

    fn __clear__(&self) {
        let futures = std::mem::take(&mut lock(&self.waiting).futures);
        drop(futures);
    }
}

fn resolve(future: &Bound<'_, PyAny>) -> PyResult<()> {
    let py = future.py();
    if !future.call_method0(intern!(py, "done"))?.is_truthy()? {
        future.call_method1(intern!(py, "set_result"), (py.None(),))?;
    }
    Ok(())
}
