//! Python: the core's client as two classes, `Kernel` and `AsyncKernel`.
//!
//! Nothing is decided here. Arguments are read into the core's types (`arguments`), answers and errors are shown as
//! Python objects (`response`, `error`), and a call waits in the way that suits its caller (`runtime` blocks, `bridge`
//! serves asyncio).

use pyo3::prelude::*;

mod arguments;
mod bridge;
mod client;
mod current;
mod desk;
mod error;
mod event;
mod form;
mod headers;
mod hosted;
mod json;
mod live;
mod log;
mod login;
mod message;
mod modules;
mod names;
mod page;
mod plugins;
mod resources;
mod response;
mod running;
mod runtime;
mod stream;
mod transport;
mod verbs;
mod wakeup;
mod working;

#[pymodule(gil_used = false)]
mod _native {
    use pyo3::prelude::*;

    #[pymodule_export]
    use super::arguments::{NotGiven, Omit};
    #[pymodule_export]
    use super::client::{AsyncKernel, Kernel};
    #[pymodule_export]
    use super::headers::Headers;
    #[pymodule_export]
    use super::hosted::hosted_login_url;
    #[pymodule_export]
    use super::message::{HTTPRequest, HTTPResponse};
    #[pymodule_export]
    use super::names::find;
    #[pymodule_export]
    use super::response::{APIResponse, AsyncAPIResponse};

    #[pymodule_export]
    #[expect(non_upper_case_globals, reason = "it is Python's name")]
    const __version__: &str = env!("CARGO_PKG_VERSION");

    #[pymodule_init]
    fn init(module: &Bound<'_, PyModule>) -> PyResult<()> {
        let py = module.py();
        super::runtime::expect_main_interpreter()?;
        super::error::prepare(py)?;
        super::modules::begin(py)?;
        super::log::begin(py)?;
        py.import("_collections_abc")?
            .getattr("Mapping")?
            .call_method1("register", (py.get_type::<Headers>(),))?;
        module.add("omit", Omit)?;
        module.add("not_given", NotGiven)?;
        // What is public, the package says.
        module.delattr("__all__")
    }
}
