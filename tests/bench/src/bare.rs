//! A login by reqwest with nothing around it: the same request, the same fields read with serde.

use anyhow::{Context as _, Result};
use reqwest::Client;
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

pub(crate) fn connect() -> Result<Bare> {
    let variable = |name| std::env::var(name).with_context(|| format!("{name} is not set"));
    Ok(Bare {
        client: Client::builder()
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
