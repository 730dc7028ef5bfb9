//! The calls by reqwest with nothing around it: the same requests on the wire, the same fields read with serde.

use anyhow::{Context as _, Result, ensure};
use reqwest::header::{HeaderName, HeaderValue};
use reqwest::{Client, Method, Response};
use serde::Deserialize;

use crate::subject::{PAGE, Subject};

#[derive(Clone)]
pub(crate) struct Bare {
    client: Client,
    base_url: String,
    key: String,
}

/// What the API's clients tell about themselves, beside what reqwest sends by itself.
const HEADERS: [(&str, &str); 8] = [
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
        base_url: variable("KERNEL_BASE_URL")?,
        key: variable("KERNEL_API_KEY")?,
    })
}

/// Makes a call; gives how many logins, pages or events it was.
pub(crate) async fn call(bare: Bare, subject: Subject) -> Result<usize> {
    match subject {
        Subject::Login => {
            let path = "/auth/connections/ma_login/login";
            let body = Some("{}");
            let answer = bare
                .send(Method::POST, path, body, "application/json")
                .await?;
            let login: Login = serde_json::from_slice(&answer.bytes().await?)?;
            ensure!(
                login.hosted_url.starts_with("http"),
                "no page to sign in at"
            );
            Ok(1)
        }
        Subject::Page => {
            let path = "/auth/connections?limit=100";
            let answer = bare
                .send(Method::GET, path, None, "application/json")
                .await?;
            let page: Vec<Connection> = serde_json::from_slice(&answer.bytes().await?)?;
            ensure!(page.len() == PAGE, "{} connections", page.len());
            Ok(1)
        }
        Subject::Events => {
            let path = "/auth/connections/ma_login/events";
            let answer = bare
                .send(Method::GET, path, None, "text/event-stream")
                .await?;
            events(answer).await
        }
    }
}

impl Bare {
    async fn send(
        &self,
        method: Method,
        path: &str,
        body: Option<&'static str>,
        accept: &'static str,
    ) -> Result<Response> {
        let mut request = self
            .client
            .request(method, format!("{}{path}", self.base_url))
            .bearer_auth(&self.key)
            .header("accept", accept);
        if let Some(body) = body {
            request = request
                .header("content-type", "application/json")
                .body(body);
        }
        Ok(request.send().await?.error_for_status()?)
    }
}

/// Reads events as the simulator writes them: the name, the data on one line, an empty line.
async fn events(mut answer: Response) -> Result<usize> {
    let mut rest: Vec<u8> = Vec::new();
    let mut count = 0;
    while let Some(piece) = answer.chunk().await? {
        rest.extend_from_slice(&piece);
        let mut read = 0;
        while let Some(length) = rest
            .get(read..)
            .and_then(|rest| rest.iter().position(|byte| *byte == b'\n'))
        {
            let line = rest.get(read..read + length).unwrap_or_default();
            if let Some(data) = line.strip_prefix(b"data: ") {
                let event: Event = serde_json::from_slice(data)?;
                ensure!(
                    event.event == "managed_auth_state",
                    "an event that is no state"
                );
                count += 1;
            }
            read += length + 1;
        }
        rest.drain(..read);
    }
    Ok(count)
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

#[derive(Deserialize)]
#[expect(dead_code, reason = "read by serde, as they would be by a caller")]
struct Event {
    event: String,
    timestamp: String,
    flow_status: String,
    flow_step: String,
    flow_type: Option<String>,
    interaction_id: Option<String>,
    fields: Option<Vec<Field>>,
    discovered_fields: Option<Vec<DiscoveredField>>,
    live_view_url: Option<String>,
    hosted_url: Option<String>,
}

#[derive(Deserialize)]
#[expect(dead_code, reason = "read by serde, as they would be by a caller")]
struct Connection {
    id: String,
    profile_name: String,
    domain: String,
    status: String,
    can_reauth: Option<bool>,
    can_reauth_reason: Option<String>,
    health_check_interval: Option<i64>,
    health_checks: Option<bool>,
    auto_reauth: Option<bool>,
    save_credentials: bool,
    record_session: bool,
    flow_status: Option<String>,
    flow_step: Option<String>,
    flow_type: Option<String>,
    interaction_id: Option<String>,
    fields: Option<Vec<Field>>,
    discovered_fields: Option<Vec<DiscoveredField>>,
    live_view_url: Option<String>,
    hosted_url: Option<String>,
    flow_expires_at: Option<String>,
    browser_session_id: Option<String>,
}

#[derive(Deserialize)]
#[expect(dead_code, reason = "read by serde, as they would be by a caller")]
struct Field {
    id: String,
    r#ref: String,
    r#type: String,
    label: Option<String>,
    required: Option<bool>,
    reason: Option<String>,
    input_mode: Option<String>,
}

#[derive(Deserialize)]
#[expect(dead_code, reason = "read by serde, as they would be by a caller")]
struct DiscoveredField {
    name: String,
    r#type: String,
    label: String,
    required: Option<bool>,
    selector: String,
    placeholder: Option<String>,
}
