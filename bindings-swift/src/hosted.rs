//! The hosted page: where it sends the person afterwards, and what it says then.

use kernel_client::models::LoginReturn;

use crate::NativeError;

/// The URL of the hosted page, with where to send the person afterwards.
#[uniffi::export]
#[expect(
    clippy::needless_pass_by_value,
    reason = "uniffi has no borrowed options"
)]
pub(crate) fn native_hosted_login_url(
    url: &str,
    success_url: Option<String>,
    error_url: Option<String>,
) -> Result<String, NativeError> {
    let url = kernel_client::hosted_login_url(url, success_url.as_deref(), error_url.as_deref())?;
    Ok(url)
}

/// What the URL says that the person came back to.
#[uniffi::export]
pub(crate) fn native_login_return(url: &str) -> Result<LoginReturn, NativeError> {
    Ok(LoginReturn::parse(url)?)
}
