//! The hosted page: where it sends the person, and what it says then.

use kernel_client::models::LoginReturn;
use kernel_client::{Error, hosted_login_url as core};
use napi_derive::napi;
use serde::Deserialize;

use crate::{json, reply};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Targets {
    success_url: Option<String>,
    error_url: Option<String>,
}

/// The hosted URL with `targets` in it; both are JSON.
#[napi(catch_unwind)]
pub fn hosted_login_url(url: String, targets: String) -> String {
    let made = || -> Result<String, Error> {
        let url: String = json::argument("url", &url)?;
        let Targets {
            success_url,
            error_url,
        } = json::argument("", &targets)?;
        core(&url, success_url.as_deref(), error_url.as_deref())
    };
    reply::value(made())
}

/// What the URL (JSON) says that the person came back to.
#[napi(catch_unwind)]
pub fn login_return(url: String) -> String {
    let read = json::argument("url", &url).and_then(|url: String| LoginReturn::parse(&url));
    reply::value(read)
}
