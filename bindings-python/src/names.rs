//! Names of the module that are made when somebody asks for them: a program needs few, and its start would pay for all.

use pyo3::exceptions::PyAttributeError;
use pyo3::prelude::*;
use pyo3::types::PyType;
use pyo3::wrap_pyfunction;

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
use kernel_client::host::{BaseModel, FieldInfo};

use crate::client::{AsyncKernelWithRawResponse, KernelWithRawResponse};
use crate::event::UnknownEvent;
use crate::hosted::parse_login_return;
use crate::login::Flow as LoginFlow;
use crate::page::{AsyncPage, AsyncPageIterator, AsyncPaginator, Page, PageInfo, PageIterator};
use crate::resources::{
    AsyncAuthResource, AsyncAuthResourceWithRawResponse, AsyncConnectionsResource,
    AsyncConnectionsResourceWithRawResponse, AsyncContextResource,
    AsyncContextResourceWithRawResponse, AsyncManagedAuthSession,
    AsyncManagedAuthSessionWithRawResponse, AuthResource, AuthResourceWithRawResponse,
    ConnectionsResource, ConnectionsResourceWithRawResponse, ContextResource,
    ContextResourceWithRawResponse, ManagedAuthSession, ManagedAuthSessionWithRawResponse,
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
    KernelWithRawResponse AsyncKernelWithRawResponse
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
pub(crate) fn find<'py>(module: &Bound<'py, PyModule>, name: &str) -> PyResult<Bound<'py, PyType>> {
    let py = module.py();
    let class = class(py, name).ok_or_else(|| {
        PyAttributeError::new_err(format!(
            "module 'kernel_client._native' has no attribute '{name}'"
        ))
    })?;
    if class.is(py.get_type::<LoginReturn>()) {
        class.setattr("parse", wrap_pyfunction!(parse_login_return, module)?)?;
    }
    module.setattr(name, &class)?;
    Ok(class)
}
