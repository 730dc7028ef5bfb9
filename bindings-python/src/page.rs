//! Lists that come page by page: `Page`, `AsyncPage`, and the iterators over them.

use std::pin::Pin;
use std::sync::{Arc, Mutex};

use kernel_client::{Call, Error, Model, Page as CorePage};
use pyo3::exceptions::{PyRuntimeError, PyStopAsyncIteration};
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList};
use pyo3::{IntoPyObject, IntoPyObjectExt, PyClass};
use serde::Serialize;

use crate::bridge::{Coroutine, lock};
use crate::error;
use crate::runtime;

/// A page on its way.
type Coming = Pin<Box<dyn Future<Output = Result<Contents, Error>> + Send>>;

/// Asks for the next page, where there is one.
type Next = Box<dyn Fn() -> Option<Result<Coming, Error>> + Send + Sync>;

/// Asks for the first page.
type First = Arc<dyn Fn() -> Coming + Send + Sync>;

/// Makes the list of a page's items.
type Items = Box<dyn FnOnce(Python<'_>) -> PyResult<Py<PyList>> + Send>;

/// A page as the core gives it, whatever its items are.
pub(crate) struct Contents {
    is_empty: bool,
    items: Items,
    has_more: Option<bool>,
    next_offset: Option<i64>,
    next: Next,
}

impl Contents {
    pub(crate) fn new<T>(mut page: CorePage<T>) -> Self
    where
        T: Model + Sync + for<'py> IntoPyObject<'py>,
    {
        let items = std::mem::take(&mut page.items);
        Self {
            is_empty: items.is_empty(),
            has_more: page.has_more,
            next_offset: page.next_offset,
            items: Box::new(|py| {
                let items = items.into_iter().map(|item| item.into_py_any(py));
                Ok(PyList::new(py, items.collect::<PyResult<Vec<_>>>()?)?.unbind())
            }),
            next: Box::new(move || Some(page.next_call()?.map(ask))),
        }
    }
}

fn ask<P, T>(call: Call<P, CorePage<T>>) -> Coming
where
    P: Serialize + Send + 'static,
    T: Model + Sync + for<'py> IntoPyObject<'py>,
{
    let page = call.into_future();
    Box::pin(async { Ok(Contents::new(page.await?)) })
}

/// The next page is one whose items are wanted: those without any are passed over.
fn ask_for_items(coming: Coming) -> Coming {
    Box::pin(async {
        let mut page = coming.await?;
        while page.is_empty {
            match (page.next)() {
                Some(next) => page = next?.await?,
                None => break,
            }
        }
        Ok(page)
    })
}

/// What a page is, whether its client is blocking or not.
pub(crate) struct Sheet {
    items: Py<PyList>,
    has_more: Option<bool>,
    next_offset: Option<i64>,
    next: Next,
}

impl Sheet {
    pub(crate) fn new(py: Python<'_>, contents: Contents) -> PyResult<Self> {
        Ok(Self {
            items: (contents.items)(py)?,
            has_more: contents.has_more,
            next_offset: contents.next_offset,
            next: contents.next,
        })
    }

    /// The next page on its way; None after the last.
    fn ask(&self, py: Python<'_>) -> PyResult<Option<Coming>> {
        let coming = (self.next)().transpose();
        coming.map_err(|failure| error::to_python(py, &failure))
    }

    /// The same where the caller says that there is one.
    fn expect(&self, py: Python<'_>) -> PyResult<Coming> {
        self.ask(py)?.ok_or_else(|| {
            // Programs written for the API's own client may match on it.
            PyRuntimeError::new_err(
                "No next page expected; please check `.has_next_page()` before calling `.get_next_page()`.",
            )
        })
    }
}

/// Where a page ends and the next begins.
#[pyclass(frozen, module = "kernel_client")]
pub(crate) struct PageInfo {
    /// The query parameters that change.
    #[pyo3(get)]
    params: Py<PyDict>,
}

#[pymethods]
impl PageInfo {
    fn __repr__(&self, py: Python<'_>) -> PyResult<String> {
        Ok(format!("PageInfo(params={})", self.params.bind(py).repr()?))
    }
}

/// A class of pages.
trait PageClass:
    PyClass<Frozen = pyo3::pyclass::boolean_struct::True> + Sync + Into<PyClassInitializer<Self>>
{
    fn of(sheet: Sheet) -> Self;
    fn sheet(&self) -> &Sheet;
}

macro_rules! page {
    ($(#[$doc:meta])* $name:ident, $($own:tt)*) => {
        $(#[$doc])*
        #[pyclass(frozen, generic, module = "kernel_client")]
        pub(crate) struct $name(pub(crate) Sheet);

        impl PageClass for $name {
            fn of(sheet: Sheet) -> Self {
                Self(sheet)
            }

            fn sheet(&self) -> &Sheet {
                &self.0
            }
        }

        #[pymethods]
        impl $name {
            /// What this page has; it may be nothing though more follows.
            #[getter]
            fn items(&self, py: Python<'_>) -> Py<PyList> {
                self.0.items.clone_ref(py)
            }

            /// Whether more follows, as the API says it.
            #[getter]
            fn has_more(&self) -> Option<bool> {
                self.0.has_more
            }

            /// Where the next page begins, as the API says it; 0 when there is none.
            #[getter]
            fn next_offset(&self) -> Option<i64> {
                self.0.next_offset
            }

            /// Whether there is a next page to ask for.
            fn has_next_page(&self) -> bool {
                (self.0.next)().is_some()
            }

            /// What is different about the request for the next page; None after the last.
            fn next_page_info(&self, py: Python<'_>) -> PyResult<Option<PageInfo>> {
                if self.0.ask(py)?.is_none() {
                    return Ok(None);
                }
                let params = PyDict::new(py);
                params.set_item(intern!(py, "offset"), self.0.next_offset)?;
                Ok(Some(PageInfo { params: params.unbind() }))
            }

            fn __repr__(&self, py: Python<'_>) -> PyResult<String> {
                let Sheet { items, has_more, next_offset, .. } = &self.0;
                let show = |value: Option<String>| value.unwrap_or_else(|| "None".to_owned());
                Ok(format!(
                    "{}(items={}, has_more={}, next_offset={})",
                    stringify!($name),
                    items.bind(py).repr()?,
                    show(has_more.map(|more| if more { "True" } else { "False" }.to_owned())),
                    show(next_offset.map(|offset| offset.to_string())),
                ))
            }

            $($own)*
        }
    };
}

page! {
    /// A part of a list. Iterating over it goes on to the parts that follow.
    Page,

    /// The next page. Raises `RuntimeError` when there is none.
    fn get_next_page(&self, py: Python<'_>) -> PyResult<Self> {
        let contents = runtime::wait(py, self.0.expect(py)?)?;
        Ok(Self(Sheet::new(py, contents)?))
    }

    /// This page and all that follow, each asked for when it is wanted.
    fn iter_pages(slf: Py<Self>) -> PageIterator {
        PageIterator(Walk::from(slf, Stride::Pages))
    }

    fn __iter__(slf: Py<Self>) -> PageIterator {
        PageIterator(Walk::from(slf, Stride::Items))
    }
}

page! {
    /// A part of a list. Iterating over it goes on to the parts that follow.
    AsyncPage,

    /// The next page. Raises `RuntimeError` when there is none.
    fn get_next_page(&self, py: Python<'_>) -> PyResult<Coroutine> {
        let coming = self.0.expect(py)?;
        Ok(Coroutine::new("AsyncPage.get_next_page", coming, |py, contents| {
            Self(Sheet::new(py, contents)?).into_py_any(py)
        }))
    }

    /// This page and all that follow, each asked for when it is wanted.
    fn iter_pages(slf: Py<Self>) -> AsyncPageIterator {
        AsyncPageIterator(Walk::from(slf, Stride::Pages))
    }

    fn __aiter__(slf: Py<Self>) -> AsyncPageIterator {
        AsyncPageIterator(Walk::from(slf, Stride::Items))
    }
}

/// What one step of an iterator gives.
#[derive(Clone, Copy, PartialEq)]
enum Stride {
    Items,
    Pages,
}

/// Where an iterator is.
enum Place<P> {
    /// Before the first page.
    Before(First),
    /// On a page, so many steps of it taken.
    On(Py<P>, usize),
    /// Between two pages: the next is on its way.
    Between,
}

/// The way of an iterator over a list.
struct Walk<P> {
    stride: Stride,
    place: Arc<Mutex<Place<P>>>,
}

/// What comes next on the way.
enum Step<P> {
    Give(Py<PyAny>),
    Wait(Coming, Turn<P>),
    Over,
}

/// An iterator between two pages. Where the next one does not come, it is back where it was.
struct Turn<P> {
    stride: Stride,
    place: Arc<Mutex<Place<P>>>,
    back: Option<Place<P>>,
}

impl<P: PageClass> Walk<P> {
    fn from(page: Py<P>, stride: Stride) -> Self {
        Self {
            stride,
            place: Arc::new(Mutex::new(Place::On(page, 0))),
        }
    }

    fn step(&self, py: Python<'_>) -> PyResult<Step<P>> {
        let mut place = lock(&self.place);
        let coming = match &mut *place {
            Place::Between => {
                return Err(PyRuntimeError::new_err(
                    "the iterator is waiting for its next page already",
                ));
            }
            Place::Before(first) => first(),
            Place::On(page, taken) => {
                if let Some(step) = give(py, self.stride, page, *taken) {
                    *taken += 1;
                    return Ok(Step::Give(step));
                }
                match (page.get().sheet().next)() {
                    Some(Ok(coming)) => coming,
                    Some(Err(failure)) => {
                        // Making an error runs code of Python's, during which others may come for the place.
                        drop(place);
                        return Err(error::to_python(py, &failure));
                    }
                    None => return Ok(Step::Over),
                }
            }
        };
        let turn = Turn {
            stride: self.stride,
            place: self.place.clone(),
            back: Some(std::mem::replace(&mut *place, Place::Between)),
        };
        Ok(Step::Wait(
            match self.stride {
                Stride::Items => ask_for_items(coming),
                Stride::Pages => coming,
            },
            turn,
        ))
    }
}

/// What a page has after so many steps: an item, or first of all itself.
fn give<P: PageClass>(
    py: Python<'_>,
    stride: Stride,
    page: &Py<P>,
    taken: usize,
) -> Option<Py<PyAny>> {
    match stride {
        Stride::Items => {
            let items = page.get().sheet().items.bind(py);
            items.get_item(taken).ok().map(Bound::unbind)
        }
        Stride::Pages => (taken == 0).then(|| page.clone_ref(py).into_any()),
    }
}

impl<P: PageClass> Turn<P> {
    /// The page is here; gives the first step on it, if there is one.
    fn arrive(mut self, py: Python<'_>, contents: Contents) -> PyResult<Option<Py<PyAny>>> {
        let page = Py::new(py, P::of(Sheet::new(py, contents)?))?;
        let step = give(py, self.stride, &page, 0);
        self.back = Some(Place::On(page, step.is_some().into()));
        Ok(step)
    }
}

impl<P> Drop for Turn<P> {
    fn drop(&mut self) {
        if let Some(back) = self.back.take() {
            *lock(&self.place) = back;
        }
    }
}

/// Goes over items or pages, asking for each page when it is wanted.
#[pyclass(frozen, generic, module = "kernel_client")]
pub(crate) struct PageIterator(Walk<Page>);

#[pymethods]
impl PageIterator {
    fn __iter__(slf: Bound<'_, Self>) -> Bound<'_, Self> {
        slf
    }

    fn __next__(&self, py: Python<'_>) -> PyResult<Option<Py<PyAny>>> {
        match self.0.step(py)? {
            Step::Give(step) => Ok(Some(step)),
            Step::Over => Ok(None),
            Step::Wait(coming, turn) => turn.arrive(py, runtime::wait(py, coming)?),
        }
    }
}

/// Goes over items or pages, asking for each page when it is wanted.
#[pyclass(frozen, generic, module = "kernel_client")]
pub(crate) struct AsyncPageIterator(Walk<AsyncPage>);

#[pymethods]
impl AsyncPageIterator {
    fn __aiter__(slf: Bound<'_, Self>) -> Bound<'_, Self> {
        slf
    }

    fn __anext__(&self, py: Python<'_>) -> PyResult<Coroutine> {
        const NAME: &str = "AsyncPageIterator.__anext__";
        Ok(match self.0.step(py)? {
            Step::Give(step) => Coroutine::immediate(NAME, |_| Ok(step)),
            Step::Over => return Err(PyStopAsyncIteration::new_err(())),
            Step::Wait(coming, turn) => Coroutine::new(NAME, coming, |py, contents| {
                turn.arrive(py, contents)?
                    .ok_or_else(|| PyStopAsyncIteration::new_err(()))
            }),
        })
    }
}

/// A list that has been asked for: awaiting it gives its first page, iterating over it gives all items.
#[pyclass(frozen, generic, module = "kernel_client")]
pub(crate) struct AsyncPaginator {
    name: &'static str,
    first: First,
}

impl AsyncPaginator {
    pub(crate) fn new<P, T>(name: &'static str, call: Call<P, CorePage<T>>) -> Self
    where
        P: Serialize + Clone + Send + Sync + 'static,
        T: Model + Sync + for<'py> IntoPyObject<'py>,
    {
        Self {
            name,
            first: Arc::new(move || ask(call.clone())),
        }
    }
}

#[pymethods]
impl AsyncPaginator {
    fn __await__(&self) -> Coroutine {
        Coroutine::new(self.name, (self.first)(), |py, contents| {
            AsyncPage(Sheet::new(py, contents)?).into_py_any(py)
        })
    }

    fn __aiter__(&self) -> AsyncPageIterator {
        AsyncPageIterator(Walk {
            stride: Stride::Items,
            place: Arc::new(Mutex::new(Place::Before(self.first.clone()))),
        })
    }

    fn __repr__(&self) -> String {
        format!("<AsyncPaginator {}>", self.name)
    }
}
