//! What calls come to in each kind of client: blocking or asyncio, with raw responses or without.

use kernel_client::host::LoginFlow;
use kernel_client::models::{AuthContext, LoginResponse, ManagedAuth, SubmitFieldsResponse};
use kernel_client::{Answer, Call, Events, ManagedAuthSession as Session, Model, Page as CorePage};
use pyo3::prelude::*;
use pyo3::{IntoPyObject, IntoPyObjectExt};
use serde::Serialize;

use crate::bridge::Coroutine;
use crate::live::{AsyncResponseContextManager, ResponseContextManager};
use crate::login::{self, Handlers};
use crate::page::{AsyncPage, AsyncPaginator, Contents, Page, Sheet};
use crate::resources::{AsyncManagedAuthSession, ManagedAuthSession};
use crate::response::{self, APIResponse, AsyncAPIResponse};
use crate::runtime;
use crate::stream::{AsyncStream, Stream};

/// An answer as Python sees it.
pub(crate) trait Shown: Answer {
    /// In a client that blocks.
    fn blocking(self, py: Python<'_>) -> PyResult<Py<PyAny>>;

    /// In a client for asyncio.
    fn asyncio(self, py: Python<'_>) -> PyResult<Py<PyAny>>;

    /// What a client for asyncio gives for the call, to be awaited.
    fn awaited<P: Params>(
        py: Python<'_>,
        name: &'static str,
        call: Call<P, Self>,
    ) -> PyResult<Py<PyAny>> {
        let call = call.into_future();
        Coroutine::new(name, call, |py, answer: Self| answer.asyncio(py)).into_py_any(py)
    }
}

/// Parameters of a call.
pub(crate) trait Params: Serialize + Clone + Send + Sync + 'static {}

impl<P: Serialize + Clone + Send + Sync + 'static> Params for P {}

macro_rules! models {
    ($($model:ty),*) => { $(
        impl Shown for $model {
            fn blocking(self, py: Python<'_>) -> PyResult<Py<PyAny>> {
                self.into_py_any(py)
            }

            fn asyncio(self, py: Python<'_>) -> PyResult<Py<PyAny>> {
                self.into_py_any(py)
            }
        }
    )* };
}

models!(
    AuthContext,
    LoginResponse,
    ManagedAuth,
    SubmitFieldsResponse
);

impl Shown for () {
    fn blocking(self, py: Python<'_>) -> PyResult<Py<PyAny>> {
        Ok(py.None())
    }

    fn asyncio(self, py: Python<'_>) -> PyResult<Py<PyAny>> {
        Ok(py.None())
    }
}

impl<T> Shown for CorePage<T>
where
    T: Model + Sync + for<'py> IntoPyObject<'py>,
{
    fn blocking(self, py: Python<'_>) -> PyResult<Py<PyAny>> {
        Page(Sheet::new(py, Contents::new(self))?).into_py_any(py)
    }

    fn asyncio(self, py: Python<'_>) -> PyResult<Py<PyAny>> {
        AsyncPage(Sheet::new(py, Contents::new(self))?).into_py_any(py)
    }

    fn awaited<P: Params>(
        py: Python<'_>,
        name: &'static str,
        call: Call<P, Self>,
    ) -> PyResult<Py<PyAny>> {
        AsyncPaginator::new(name, call).into_py_any(py)
    }
}

impl Shown for Events {
    fn blocking(self, py: Python<'_>) -> PyResult<Py<PyAny>> {
        Stream::new(py, self)?.into_py_any(py)
    }

    fn asyncio(self, py: Python<'_>) -> PyResult<Py<PyAny>> {
        AsyncStream::new(py, self)?.into_py_any(py)
    }
}

impl Shown for Session {
    fn blocking(self, py: Python<'_>) -> PyResult<Py<PyAny>> {
        ManagedAuthSession::new(self).into_py_any(py)
    }

    fn asyncio(self, py: Python<'_>) -> PyResult<Py<PyAny>> {
        AsyncManagedAuthSession::new(self).into_py_any(py)
    }
}

/// How the methods of a class make their calls. Futures are boxed first thing: they are large, and moved often.
pub(crate) trait Form {
    fn perform<P: Params, T: Shown>(
        py: Python<'_>,
        name: &'static str,
        call: Call<P, T>,
    ) -> PyResult<Py<PyAny>>;
}

pub(crate) struct Blocking;

impl Form for Blocking {
    fn perform<P: Params, T: Shown>(
        py: Python<'_>,
        _name: &'static str,
        call: Call<P, T>,
    ) -> PyResult<Py<PyAny>> {
        runtime::wait(py, call.into_future())?.blocking(py)
    }
}

impl Blocking {
    pub(crate) fn wait(
        py: Python<'_>,
        _name: &'static str,
        flow: LoginFlow,
        handlers: &Handlers<'_>,
    ) -> PyResult<Py<PyAny>> {
        login::wait(py, flow, handlers)
    }
}

pub(crate) struct BlockingRaw;

impl Form for BlockingRaw {
    fn perform<P: Params, T: Shown>(
        py: Python<'_>,
        _name: &'static str,
        call: Call<P, T>,
    ) -> PyResult<Py<PyAny>> {
        let response = runtime::wait(py, Box::pin(call.send()))?;
        APIResponse(response::Answer::new(py, response, T::blocking)?).into_py_any(py)
    }
}

pub(crate) struct BlockingStreaming;

impl Form for BlockingStreaming {
    fn perform<P: Params, T: Shown>(
        py: Python<'_>,
        name: &'static str,
        call: Call<P, T>,
    ) -> PyResult<Py<PyAny>> {
        ResponseContextManager::new(name, call.send_streaming(), T::blocking).into_py_any(py)
    }
}

pub(crate) struct Asyncio;

impl Form for Asyncio {
    fn perform<P: Params, T: Shown>(
        py: Python<'_>,
        name: &'static str,
        call: Call<P, T>,
    ) -> PyResult<Py<PyAny>> {
        T::awaited(py, name, call)
    }
}

impl Asyncio {
    pub(crate) fn wait(
        py: Python<'_>,
        name: &'static str,
        flow: LoginFlow,
        handlers: &Handlers<'_>,
    ) -> PyResult<Py<PyAny>> {
        login::coroutine(py, name, flow, handlers)
    }
}

pub(crate) struct AsyncioRaw;

impl Form for AsyncioRaw {
    fn perform<P: Params, T: Shown>(
        py: Python<'_>,
        name: &'static str,
        call: Call<P, T>,
    ) -> PyResult<Py<PyAny>> {
        let present = |py: Python<'_>, response| {
            AsyncAPIResponse(response::Answer::new(py, response, T::asyncio)?).into_py_any(py)
        };
        Coroutine::new(name, Box::pin(call.send()), present).into_py_any(py)
    }
}

pub(crate) struct AsyncioStreaming;

impl Form for AsyncioStreaming {
    fn perform<P: Params, T: Shown>(
        py: Python<'_>,
        name: &'static str,
        call: Call<P, T>,
    ) -> PyResult<Py<PyAny>> {
        AsyncResponseContextManager::new(name, call.send_streaming(), T::asyncio).into_py_any(py)
    }
}
