//! Does what a scenario says with the Rust client, and tells what it saw.

use std::collections::BTreeMap;
use std::fmt::Debug;
use std::io::{Read, Write};
use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use http::HeaderMap;
use kernel_client::models::ConnectionLoginParams;
use kernel_client::{CallOptions, ClientOptions, Error, Kernel, Response};
use kernel_client_tests::{Call, Outcome, Seen};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

/// The argument that makes this program act in the environment it was given, and nothing else.
pub(crate) const CHILD: &str = "--act";

/// The variables that reach a client.
pub(crate) const VARIABLES: &[&str] = &[
    "KERNEL_API_KEY",
    "KERNEL_BASE_URL",
    "KERNEL_LOG",
    "KERNEL_CUSTOM_HEADERS",
    "HTTP_PROXY",
    "HTTPS_PROXY",
    "ALL_PROXY",
    "NO_PROXY",
    "http_proxy",
    "https_proxy",
    "all_proxy",
    "no_proxy",
];

/// A call that takes longer has failed.
const LIMIT: Duration = Duration::from_secs(10);

/// What a user does.
#[derive(Deserialize, Serialize)]
pub(crate) struct Act {
    pub(crate) client: Map<String, Value>,
    pub(crate) with_options: Option<Map<String, Value>>,
    pub(crate) call: Option<Call>,
    pub(crate) repeat: u32,
}

/// Reads an act from standard input and writes what was seen to standard output.
pub(crate) async fn child() -> Result<()> {
    let mut text = String::new();
    std::io::stdin().read_to_string(&mut text)?;
    let act: Act = serde_json::from_str(&text)?;
    let seen = act.run(std::future::pending()).await?;
    println!("{}", serde_json::to_string(&seen)?);
    Ok(())
}

impl Act {
    /// Acts in this process. Whatever is not answered when `cancelled` ends is cancelled: dropped.
    pub(crate) async fn run(&self, cancelled: impl Future<Output = Result<Value>>) -> Result<Seen> {
        tokio::time::timeout(LIMIT, self.attempt(cancelled))
            .await
            .context("the call did not end")?
    }

    async fn attempt(&self, cancelled: impl Future<Output = Result<Value>>) -> Result<Seen> {
        let client = match self.client() {
            Ok(client) => client?,
            Err(error) => {
                return Ok(Seen {
                    printed: shown(&error),
                    outcome: failed(&error),
                    client: Value::Null,
                });
            }
        };
        let mut seen = Seen {
            outcome: Outcome::Made,
            client: json!({
                "base_url": client.base_url(),
                "max_retries": client.max_retries(),
                "timeout": client.timeout().map(|limit| limit.as_secs_f64()),
            }),
            printed: debug(&client),
        };
        let Some(call) = &self.call else {
            return Ok(seen);
        };
        for _ in 1..self.repeat {
            // Only the last outcome counts.
            let _ = login(&client, call)?.await;
        }
        tokio::select! {
            outcome = login(&client, call)? => match outcome {
                Ok(response) => {
                    seen.printed.extend(debug(&response));
                    seen.outcome = answered(&response)?;
                }
                Err(error) => {
                    seen.printed.extend(shown(&error));
                    seen.outcome = failed(&error);
                }
            },
            reached = cancelled => {
                reached?;
                seen.outcome = Outcome::Cancelled;
            }
        }
        Ok(seen)
    }

    /// Acts in a process of its own, which has the variables beside those of this one.
    pub(crate) fn run_in_child(&self, variables: &BTreeMap<String, String>) -> Result<Seen> {
        let mut child = Command::new(std::env::current_exe()?)
            .arg(CHILD)
            .envs(variables)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()?;
        let mut input = child.stdin.take().context("piped")?;
        input.write_all(serde_json::to_string(self)?.as_bytes())?;
        drop(input);
        let output = child.wait_with_output()?;
        ensure!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
        Ok(serde_json::from_slice(&output.stdout)?)
    }

    /// The client that makes the call. The outer error is the client's own.
    fn client(&self) -> Result<Result<Kernel>, Error> {
        let made = match options(&self.client) {
            Ok(options) => Kernel::new(options)?,
            Err(error) => return Ok(Err(error)),
        };
        match self.with_options.as_ref().map(options) {
            None => Ok(Ok(made)),
            Some(Ok(options)) => made.with_options(options).map(Ok),
            Some(Err(error)) => Ok(Err(error)),
        }
    }
}

fn options(given: &Map<String, Value>) -> Result<ClientOptions> {
    let (given, numbers) = without_special_numbers(given);
    let mut options: ClientOptions = serde_json::from_value(given.into())?;
    for (name, number) in numbers {
        match name.as_str() {
            "timeout" => options.timeout = Some(Some(number)),
            "connect_timeout" => options.connect_timeout = Some(number),
            "total_timeout" => options.total_timeout = Some(Some(number)),
            other => bail!("{other} cannot be {number}"),
        }
    }
    Ok(options)
}

fn login(
    client: &Kernel,
    call: &Call,
) -> Result<
    impl Future<Output = Result<Response<kernel_client::models::LoginResponse>, Error>> + use<>,
> {
    ensure!(
        call.method == "auth.connections.login",
        "there is no {}",
        call.method
    );
    let mut arguments = call.args.clone();
    let id = arguments.remove("id").unwrap_or_default();
    let id = id
        .as_str()
        .with_context(|| format!("{id} is no id"))?
        .to_owned();
    let params: ConnectionLoginParams = serde_json::from_value(arguments.into())?;
    let (given, numbers) = without_special_numbers(&call.options);
    let mut options: CallOptions = serde_json::from_value(given.into())?;
    for (name, number) in numbers {
        match name.as_str() {
            "timeout" => options.timeout = Some(Some(number)),
            "total_timeout" => options.total_timeout = Some(Some(number)),
            other => bail!("{other} cannot be {number}"),
        }
    }
    Ok(client
        .auth()
        .connections()
        .login(id)
        .params(params)
        .options(options)
        .send())
}

/// JSON has no words for these numbers.
fn without_special_numbers(given: &Map<String, Value>) -> (Map<String, Value>, Vec<(String, f64)>) {
    let special = |value: &Value| match value.as_str() {
        Some("$nan") => Some(f64::NAN),
        Some("$infinity") => Some(f64::INFINITY),
        _ => None,
    };
    let numbers = given
        .iter()
        .filter_map(|(name, value)| Some((name.clone(), special(value)?)))
        .collect();
    let rest = given.iter().filter(|(_, value)| special(value).is_none());
    (
        rest.map(|(name, value)| (name.clone(), value.clone()))
            .collect(),
        numbers,
    )
}

fn answered<T: Serialize>(response: &Response<T>) -> Result<Outcome> {
    Ok(Outcome::Answer {
        result: serde_json::to_value(&response.data)?,
        response: json!({
            "status": response.status_code(),
            "retries_taken": response.retries_taken(),
            "request_id": response.request_id(),
            "headers": headers(response.headers()),
        }),
    })
}

fn failed(error: &Error) -> Outcome {
    Outcome::Error(json!({
        "kind": error.kind().as_str(),
        "message": error.message(),
        "status": error.status_code(),
        "code": error.code(),
        "details": error.details(),
        "inner_error": error.inner_error(),
        "request_id": error.request_id(),
        "retries_taken": error.retries_taken(),
        "headers": error.headers().map(headers),
        "argument": error.argument(),
        "reason": error.reason(),
        "raw_body": error.raw_body().map(|body| String::from_utf8_lossy(body)),
        "text": error.to_string(),
    }))
}

fn headers(headers: &HeaderMap) -> Map<String, Value> {
    let text = |name| {
        let values: Vec<_> = headers
            .get_all(name)
            .iter()
            .map(|value| String::from_utf8_lossy(value.as_bytes()))
            .collect();
        values.join(", ").into()
    };
    headers
        .keys()
        .map(|name| (name.as_str().to_owned(), text(name)))
        .collect()
}

fn debug(value: &impl Debug) -> Vec<String> {
    vec![format!("{value:?}"), format!("{value:#?}")]
}

/// An error and what lies beneath it, in every way Rust prints them.
fn shown(error: &Error) -> Vec<String> {
    let mut printed = debug(error);
    let mut next: Option<&dyn std::error::Error> = Some(error);
    while let Some(error) = next {
        printed.extend([error.to_string(), format!("{error:?}")]);
        next = error.source();
    }
    printed
}
