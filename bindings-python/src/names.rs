//! Names of the module that are made when somebody asks for them: a program needs few, and its start would pay for all.

use pyo3::exceptions::PyAttributeError;
use pyo3::prelude::*;
use pyo3::types::{IntoPyDict, PyType};
use pyo3::{IntoPyObjectExt, wrap_pyfunction};

use kernel_client::models::{
    AuthContext, Authentication, Authorization, AuthorizationScope, BrowserProxyConfig,
    BrowserTelemetryCategoriesConfig, BrowserTelemetryCategoryConfig, BrowserTelemetryCdpConfig,
    BrowserTelemetryConfig, BrowserTelemetryControlConfig, BrowserTelemetryDestinationConfig,
    BrowserTelemetryExportConfig, BrowserTelemetryOtlpConfig, BrowserTelemetryStorageConfig,
    DiscoveredField, ErrorEvent, ErrorModel, ExchangeResponse, InputRequest, LoginResponse,
    LoginReturn, ManagedAuth, ManagedAuthBrowserConfig, ManagedAuthChoice, ManagedAuthCredential,
    ManagedAuthField, ManagedAuthStateEvent, ManagedAuthTimelineEvent, MfaOption, Organization,
    PendingSSOButton, Principal, SSEHeartbeatEvent, SignInOption, SubmitFieldsResponse,
};

use kernel_client::ErrorDetail;
use kernel_client::host::{self, BaseModel, FieldInfo};

use crate::client::{
    AsyncKernelWithRawResponse, AsyncKernelWithStreamingResponse, KernelWithRawResponse,
    KernelWithStreamingResponse, timeout,
};
use crate::event::UnknownEvent;
use crate::hosted::parse_login_return;
use crate::live::{AsyncResponseContextManager, ResponseContextManager};
use crate::login::Flow as LoginFlow;
use crate::page::{AsyncPage, AsyncPageIterator, AsyncPaginator, Page, PageInfo, PageIterator};
use crate::resources::{
    AsyncAuthResource, AsyncAuthResourceWithRawResponse, AsyncAuthResourceWithStreamingResponse,
    AsyncConnectionsResource, AsyncConnectionsResourceWithRawResponse,
    AsyncConnectionsResourceWithStreamingResponse, AsyncContextResource,
    AsyncContextResourceWithRawResponse, AsyncContextResourceWithStreamingResponse,
    AsyncManagedAuthSession, AsyncManagedAuthSessionWithRawResponse,
    AsyncManagedAuthSessionWithStreamingResponse, AuthResource, AuthResourceWithRawResponse,
    AuthResourceWithStreamingResponse, ConnectionsResource, ConnectionsResourceWithRawResponse,
    ConnectionsResourceWithStreamingResponse, ContextResource, ContextResourceWithRawResponse,
    ContextResourceWithStreamingResponse, ManagedAuthSession, ManagedAuthSessionWithRawResponse,
    ManagedAuthSessionWithStreamingResponse,
};
use crate::stream::{AsyncStream, Stream};

macro_rules! classes {
    ($($class:ident)*) => {
        /// The class of this name.
        fn class<'py>(py: Python<'py>, name: &str) -> Option<Bound<'py, PyType>> {
            match name {
                $( stringify!($class) => Some(py.get_type::<$class>()), )*
                _ => None,
            }
        }
    };
}

classes! {
    KernelWithRawResponse AsyncKernelWithRawResponse KernelWithStreamingResponse AsyncKernelWithStreamingResponse
    ResponseContextManager AsyncResponseContextManager
    AuthResourceWithStreamingResponse AsyncAuthResourceWithStreamingResponse ConnectionsResourceWithStreamingResponse AsyncConnectionsResourceWithStreamingResponse
    ContextResourceWithStreamingResponse AsyncContextResourceWithStreamingResponse ManagedAuthSessionWithStreamingResponse AsyncManagedAuthSessionWithStreamingResponse
    AuthResource AsyncAuthResource AuthResourceWithRawResponse AsyncAuthResourceWithRawResponse
    ConnectionsResource AsyncConnectionsResource
    ConnectionsResourceWithRawResponse AsyncConnectionsResourceWithRawResponse
    ContextResource AsyncContextResource ContextResourceWithRawResponse AsyncContextResourceWithRawResponse
    ManagedAuthSession AsyncManagedAuthSession
    ManagedAuthSessionWithRawResponse AsyncManagedAuthSessionWithRawResponse
    Page AsyncPage AsyncPaginator PageInfo PageIterator AsyncPageIterator
    Stream AsyncStream UnknownEvent LoginFlow
    BaseModel FieldInfo

    AuthContext Authentication Authorization AuthorizationScope BrowserProxyConfig BrowserTelemetryCategoriesConfig BrowserTelemetryCategoryConfig BrowserTelemetryCdpConfig BrowserTelemetryConfig BrowserTelemetryControlConfig BrowserTelemetryDestinationConfig BrowserTelemetryExportConfig BrowserTelemetryOtlpConfig BrowserTelemetryStorageConfig DiscoveredField ErrorDetail ErrorEvent ErrorModel ExchangeResponse InputRequest LoginResponse LoginReturn ManagedAuth ManagedAuthBrowserConfig ManagedAuthChoice ManagedAuthCredential ManagedAuthField ManagedAuthStateEvent ManagedAuthTimelineEvent MfaOption Organization PendingSSOButton Principal SSEHeartbeatEvent SignInOption SubmitFieldsResponse
}

/// Python asks here for what the module does not have yet.
#[pyfunction(name = "__getattr__", pass_module)]
pub(crate) fn find<'py>(module: &Bound<'py, PyModule>, name: &str) -> PyResult<Bound<'py, PyAny>> {
    let py = module.py();
    let found = match class(py, name) {
        Some(class) => Some(class.into_any()),
        None => constant(py, name)?,
    };
    let found = found.ok_or_else(|| {
        PyAttributeError::new_err(format!(
            "module 'kernel_client._native' has no attribute '{name}'"
        ))
    })?;
    if found.is(py.get_type::<LoginReturn>()) {
        found.setattr("parse", wrap_pyfunction!(parse_login_return, module)?)?;
    }
    module.setattr(name, &found)?;
    Ok(found)
}

/// What the core has decided, for programs that ask.
fn constant<'py>(py: Python<'py>, name: &str) -> PyResult<Option<Bound<'py, PyAny>>> {
    let (limit, max_retries) = host::defaults();
    match name {
        "DEFAULT_TIMEOUT" => timeout(py, &limit),
        "DEFAULT_MAX_RETRIES" => max_retries.into_bound_py_any(py).map(Some),
        "ENVIRONMENTS" => {
            let environments = host::environments().collect::<Vec<_>>();
            Ok(Some(environments.into_py_dict(py)?.into_any()))
        }
        _ => Ok(None),
    }
}
