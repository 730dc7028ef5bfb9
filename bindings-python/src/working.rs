//! A call of asyncio while it is worked on, and what becomes of its answer.

use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, ready};

use kernel_client::Error;
use pyo3::prelude::*;

use crate::bridge::{Alarm, lock};
use crate::desk::Desk;
use crate::error;

/// The work of a call, and what makes of its answer what Python gets.
pub(crate) fn work<T: Send + 'static>(
    call: impl Future<Output = Result<T, Error>> + Send + Unpin + 'static,
    present: impl FnOnce(Python<'_>, T) -> PyResult<Py<PyAny>> + Send + 'static,
) -> (Work, Expected) {
    let reply = Arc::new(Mutex::new(Reply::Outstanding));
    let working = Working {
        call: Some(call),
        reply: Some(reply.clone()),
        way: None,
    };
    (Box::pin(working), Box::new((reply, present)))
}

/// A call before and while it is worked on.
pub(crate) type Work = Pin<Box<dyn Worked + Send>>;

pub(crate) trait Worked: Future<Output = ()> {
    /// Tells it for whom it is done.
    fn begin(self: Pin<&mut Self>, desk: Desk, alarm: Alarm);
}

struct Working<F, T> {
    // Both are missing once it is over.
    call: Option<F>,
    reply: Option<Arc<Mutex<Reply<T>>>>,
    way: Option<(Desk, Alarm)>,
}

/// What has come of a call so far.
enum Reply<T> {
    Outstanding,
    Here(Result<T, Error>),
    /// It ended without an outcome.
    Lost,
}

impl<F, T> Worked for Working<F, T>
where
    F: Future<Output = Result<T, Error>> + Unpin,
{
    fn begin(mut self: Pin<&mut Self>, desk: Desk, alarm: Alarm) {
        self.way = Some((desk, alarm));
    }
}

impl<F, T> Future for Working<F, T>
where
    F: Future<Output = Result<T, Error>> + Unpin,
{
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let Self { call, reply, way } = &mut *self;
        let Some((desk, _)) = way else {
            return Poll::Ready(());
        };
        ready!(desk.sync(|| {
            let Some(running) = call else {
                return Poll::Ready(());
            };
            let outcome = ready!(Pin::new(running).poll(context));
            // What is let go of may have something done for it.
            *call = None;
            if let Some(reply) = reply.take() {
                *lock(&reply) = Reply::Here(outcome);
            }
            Poll::Ready(())
        }));
        *way = None;
        Poll::Ready(())
    }
}

impl<F, T> Drop for Working<F, T> {
    fn drop(&mut self) {
        let way = self.way.take();
        let call = self.call.take();
        // What is let go of may have something done for it.
        match &way {
            Some((desk, _)) => desk.sync(|| drop(call)),
            None => drop(call),
        }
        if let Some(reply) = self.reply.take() {
            *lock(&reply) = Reply::Lost;
        }
        // Now the alarm goes off.
        drop(way);
    }
}

/// What is to come of a call. It stays with the coroutine, as it may hold Python objects: letting go of them is as little
/// to be done on another thread as using them.
pub(crate) type Expected = Box<dyn Presented + Send>;

pub(crate) trait Presented {
    /// Whether it has come, or will not come any more.
    fn is_due(&self) -> bool;

    /// The Python object of the answer.
    fn show(self: Box<Self>, py: Python<'_>) -> PyResult<Py<PyAny>>;
}

impl<T, P> Presented for (Arc<Mutex<Reply<T>>>, P)
where
    P: FnOnce(Python<'_>, T) -> PyResult<Py<PyAny>>,
{
    fn is_due(&self) -> bool {
        !matches!(*lock(&self.0), Reply::Outstanding)
    }

    fn show(self: Box<Self>, py: Python<'_>) -> PyResult<Py<PyAny>> {
        let (reply, present) = *self;
        let reply = std::mem::replace(&mut *lock(&reply), Reply::Lost);
        match reply {
            Reply::Here(Ok(answer)) => present(py, answer),
            Reply::Here(Err(failure)) => Err(error::to_python(py, &failure)),
            Reply::Outstanding | Reply::Lost => Err(error::panicked(py)),
        }
    }
}
