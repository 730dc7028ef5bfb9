//! A login by reqwest with nothing around it: the same request on the wire, the same fields read with serde.

use anyhow::{Context as _, Result};
use reqwest::Client;
use reqwest::header::{HeaderName, HeaderValue};
use serde::Deserialize;

#[derive(Clone)]
pub(crate) struct Bare {
    client: Client,
    url: String,
    key: String,
}

#[derive(Deserialize)]
#[expect(dead_code, reason = "read by serde, as they would be by a caller")]
struct Login {
    id: String,
    flow_type: String,
    hosted_url: String,
    flow_expires_at: String,
    handoff_code: Option<String>,
    live_view_url: Option<String>,
}

/// What the API's clients tell about themselves, beside what reqwest sends by itself.
const HEADERS: [(&str, &str); 9] = [
    ("accept", "application/json"),
    ("user-agent", "kernel-client/0.1.0 (rust)"),
    ("x-stainless-lang", "rust"),
    ("x-stainless-package-version", "0.1.0"),
    ("x-stainless-os", "Linux"),
    ("x-stainless-arch", "x64"),
    ("x-stainless-runtime", "rust"),
    ("x-stainless-timeout", "60"),
    ("x-stainless-retry-count", "0"),
];

/// `whole`: with all headers that a client of this API sends, not just the ones without which it answers nothing.
pub(crate) fn connect(whole: bool) -> Result<Bare> {
    let headers = HEADERS.iter().filter(|_| whole).map(|(name, value)| {
        (
            HeaderName::from_static(name),
            HeaderValue::from_static(value),
        )
    });
    let variable = |name| std::env::var(name).with_context(|| format!("{name} is not set"));
    Ok(Bare {
        client: Client::builder()
            .default_headers(headers.collect())
            .redirect(reqwest::redirect::Policy::none())
            .build()?,
        url: format!(
            "{}/auth/connections/ma_login/login",
            variable("KERNEL_BASE_URL")?
        ),
        key: variable("KERNEL_API_KEY")?,
    })
}

pub(crate) async fn login(bare: Bare) -> Result<String> {
    let request = bare
        .client
        .post(&bare.url)
        .bearer_auth(&bare.key)
        .header("content-type", "application/json");
    let body = request
        .body("{}")
        .send()
        .await?
        .error_for_status()?
        .bytes()
        .await?;
    let login: Login = serde_json::from_slice(&body)?;
    Ok(login.hosted_url)
}
