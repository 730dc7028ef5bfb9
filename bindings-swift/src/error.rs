//! What goes wrong, as Swift gets it.

use std::sync::Arc;
use std::{fmt, io};

use kernel_client::models::{FlowStatus, LoginErrorCode};
use kernel_client::{Error, ErrorDetail, ErrorKind, host};

use crate::NativeHeader;
use crate::call::headers;
use crate::transport::{NativeCause, cause};

/// Why there is no answer.
#[derive(Debug, uniffi::Error)]
pub(crate) enum NativeError {
    /// An error of the client or of the API.
    Failure {
        /// Everything it says.
        failure: Box<NativeFailure>,
        /// What the program's transport threw.
        cause: Option<Arc<dyn NativeCause>>,
    },
    /// The call was cancelled.
    Cancelled,
}

/// Everything an error says.
#[derive(Debug, uniffi::Record)]
pub(crate) struct NativeFailure {
    /// What went wrong, in one word.
    pub(crate) kind: String,
    /// What went wrong, in a sentence.
    pub(crate) message: String,
    /// The error as it prints.
    pub(crate) text: String,
    /// The HTTP status.
    pub(crate) status: Option<u16>,
    /// The API's code.
    pub(crate) code: Option<String>,
    /// The same, of a login that failed.
    pub(crate) login_error_code: Option<LoginErrorCode>,
    /// How that login ended.
    pub(crate) flow_status: Option<FlowStatus>,
    /// What the site itself said went wrong with it.
    pub(crate) website_error: Option<String>,
    /// The connection that is there already.
    pub(crate) existing_id: Option<String>,
    /// Everything that is wrong.
    pub(crate) details: Vec<ErrorDetail>,
    /// What lies beneath.
    pub(crate) inner_error: Option<ErrorDetail>,
    /// The id the API gave the request.
    pub(crate) request_id: Option<String>,
    /// The headers of the answer.
    pub(crate) headers: Vec<NativeHeader>,
    /// The body of the answer.
    pub(crate) raw_body: Option<Vec<u8>>,
    /// How often the request was sent again.
    pub(crate) retries_taken: u32,
    /// The argument or option that breaks a rule.
    pub(crate) argument: Option<String>,
    /// Why no answer came.
    pub(crate) reason: Option<String>,
    /// Whether another wait may bring the same login to its end.
    pub(crate) may_go_on: bool,
}

/// The error that a caller sees in place of a panic that Swift caught.
#[uniffi::export]
pub(crate) fn native_panicked() -> Result<NativeFailure, NativeError> {
    Ok(host::panicked().into())
}

impl NativeError {
    /// There is no runtime: the system gives no thread.
    pub(crate) fn no_runtime(error: &io::Error) -> Self {
        let failure = NativeFailure {
            reason: Some(error.to_string()),
            ..host::panicked().into()
        };
        Self::Failure {
            failure: Box::new(failure),
            cause: None,
        }
    }
}

/// A call into Swift that did not get there.
impl From<uniffi::UnexpectedUniFFICallbackError> for NativeError {
    fn from(_: uniffi::UnexpectedUniFFICallbackError) -> Self {
        host::panicked().into()
    }
}

impl From<Error> for NativeError {
    fn from(error: Error) -> Self {
        Self::Failure {
            cause: cause(&error),
            failure: Box::new(error.into()),
        }
    }
}

impl From<Error> for NativeFailure {
    fn from(error: Error) -> Self {
        let is_of_login = error.kind() == ErrorKind::LoginFailed;
        let code = error.code().map(str::to_owned);
        Self {
            may_go_on: host::may_go_on(&error),
            kind: error.kind().as_str().to_owned(),
            message: error.message().to_owned(),
            text: error.to_string(),
            status: error.status_code(),
            login_error_code: code.clone().filter(|_| is_of_login).map(Into::into),
            code,
            flow_status: error.flow_status().cloned(),
            website_error: error.website_error().map(str::to_owned),
            existing_id: error.existing_id().map(str::to_owned),
            details: error.details().to_vec(),
            inner_error: error.inner_error().cloned(),
            request_id: error.request_id().map(str::to_owned),
            headers: error.headers().map(headers).unwrap_or_default(),
            raw_body: error.raw_body().map(|body| body.to_vec()),
            retries_taken: error.retries_taken(),
            argument: error.argument().map(str::to_owned),
            reason: error.reason().map(str::to_owned),
        }
    }
}

impl fmt::Display for NativeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Failure { failure, .. } => f.write_str(&failure.text),
            Self::Cancelled => f.write_str("cancelled"),
        }
    }
}

impl std::error::Error for NativeError {}
