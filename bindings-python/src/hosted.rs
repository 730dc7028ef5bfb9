//! The hosted page: where it sends the person afterwards, and what it says then.

use kernel_client::models;
use pyo3::prelude::*;

use crate::arguments::{Absent, Given};
use crate::error;

/// The URL of the hosted page, with where to send the person afterwards.
#[pyfunction]
#[pyo3(signature = (url, *, success_url = Given::ABSENT, error_url = Given::ABSENT))]
pub(crate) fn hosted_login_url(
    py: Python<'_>,
    url: Given<'_>,
    success_url: Given<'_>,
    error_url: Given<'_>,
) -> PyResult<String> {
    let url = url.require("url")?;
    let success: Option<Option<String>> = success_url.decode("success_url", Absent::Skipped)?;
    let error: Option<Option<String>> = error_url.decode("error_url", Absent::Skipped)?;
    let (success, error) = (success.flatten(), error.flatten());
    kernel_client::hosted_login_url(&url, success.as_deref(), error.as_deref())
        .map_err(|failure| error::to_python(py, &failure))
}

/// Reads the URL that the person came back to, whole: `LoginReturn.parse`.
#[pyfunction(name = "parse")]
pub(crate) fn parse_login_return(py: Python<'_>, url: Given<'_>) -> PyResult<models::LoginReturn> {
    let url = url.require("url")?;
    models::LoginReturn::parse(&url).map_err(|failure| error::to_python(py, &failure))
}
