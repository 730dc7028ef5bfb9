//! Does what a scenario says with the Rust client, and tells what it saw.

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result, anyhow, bail, ensure};
use kernel_client::{ClientOptions, Error, ErrorKind, Kernel};
use kernel_client_tests::{Call, Cancel, Outcome, Seen, Step, World, after};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::calls::{Failure, Target, headers, without_special_numbers};
use crate::given::{Given, debug};

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
    pub(crate) before: Vec<Step>,
    pub(crate) session: Option<Call>,
    pub(crate) call: Option<Call>,
    pub(crate) repeat: u32,
    pub(crate) cancel: Option<Cancel>,
}

/// Reads an act from standard input and writes what was seen to standard output.
pub(crate) async fn child() -> Result<()> {
    let mut text = String::new();
    std::io::stdin().read_to_string(&mut text)?;
    let act: Act = serde_json::from_str(&text)?;
    let seen = act.run(None).await?;
    println!("{}", serde_json::to_string(&seen)?);
    Ok(())
}

impl Act {
    /// Acts in this process. Cancelling a call is dropping it.
    pub(crate) async fn run(&self, world: Option<&World>) -> Result<Seen> {
        let given = Arc::new(Given::new());
        let ended = tokio::time::timeout(LIMIT, self.attempt(world, &given)).await;
        let mut seen = ended.context("the call did not end")??;
        let parts = given.parts();
        seen.items = parts.items;
        seen.logins = parts.logins;
        seen.inputs = parts.inputs;
        seen.printed.extend(parts.printed);
        Ok(seen)
    }

    async fn attempt(&self, world: Option<&World>, given: &Arc<Given>) -> Result<Seen> {
        let mut seen = Seen::of(Outcome::Made);
        let target = match self.target(&mut seen) {
            Ok(target) => target?,
            Err(error) => {
                given.print(shown(&error));
                seen.outcome = failed(&error);
                return Ok(seen);
            }
        };
        let Some(call) = &self.call else {
            return Ok(seen);
        };
        for step in &self.before {
            let answer = prepare(&after_those(step, &seen.before)?, &target, world).await?;
            seen.before.push(answer);
        }
        let call = after_those(call, &seen.before)?;
        let outcome = match &self.session {
            None => self.make(&target, &call, world, given).await,
            Some(exchange) => {
                let exchange = after_those(exchange, &seen.before)?;
                match target.exchange(&exchange).await {
                    Ok(response) => {
                        given.add(&response, |_| {});
                        let session = Target::Session(response.data);
                        self.make(&session, &call, world, given).await
                    }
                    Err(failure) => Err(failure),
                }
            }
        };
        seen.outcome = match outcome {
            Ok(outcome) => outcome,
            Err(Failure::Client(error)) => {
                given.print(shown(&error));
                failed(&error)
            }
            Err(Failure::Scenario(error)) => return Err(error),
        };
        Ok(seen)
    }

    /// Makes the call as often as it is to be made, and cancels it when it is to be cancelled.
    async fn make(
        &self,
        target: &Target,
        call: &Call,
        world: Option<&World>,
        given: &Arc<Given>,
    ) -> Result<Outcome, Failure> {
        for _ in 1..self.repeat {
            // Only the last outcome counts.
            if let Err(Failure::Scenario(error)) =
                target.make(call, world, &Arc::new(Given::new())).await
            {
                return Err(error.into());
            }
        }
        let cancelled = async {
            match (self.cancel, world) {
                (None, _) => std::future::pending().await,
                (Some(cancel), Some(world)) => reached(cancel, world, given).await,
                (Some(_), None) => bail!("there is no world to look at"),
            }
        };
        tokio::select! {
            outcome = target.make(call, world, given) => outcome,
            reached = cancelled => {
                reached?;
                Ok(Outcome::Cancelled)
            }
        }
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
    fn target(&self, seen: &mut Seen) -> Result<Result<Target>, Error> {
        let mut options = match client_options(&self.client) {
            Ok(options) => options,
            Err(error) => return Ok(Err(error)),
        };
        let mut client = Kernel::new(options.clone())?;
        if let Some(more) = &self.with_options {
            options = match client_options(more) {
                Ok(options) => options,
                Err(error) => return Ok(Err(error)),
            };
            client = client.with_options(options.clone())?;
        }
        seen.client = json!({
            "base_url": client.base_url(),
            "max_retries": client.max_retries(),
            "timeout": client.timeout().map(|limit| limit.as_secs_f64()),
        });
        seen.printed = debug(&client);
        Ok(Ok(Target::Client {
            client,
            options: Box::new(options),
        }))
    }
}

/// Something the scenario says, with what it takes from the answers before.
fn after_those<T: Serialize + DeserializeOwned>(said: &T, answers: &[Value]) -> Result<T> {
    Ok(serde_json::from_value(after(
        &serde_json::to_value(said)?,
        answers,
    )?)?)
}

/// Sets the stage: what the call answers, or the world.
async fn prepare(step: &Step, target: &Target, world: Option<&World>) -> Result<Value> {
    match step {
        Step::Control(change) => {
            let world = world.context("there is no world to change")?;
            let mut answer = Value::Null;
            for (part, what) in &change.parts {
                answer = world.change(part, what).await?;
            }
            Ok(answer)
        }
        Step::Call(call) => match target.make(call, world, &Arc::new(Given::new())).await {
            Ok(Outcome::Answer { result, .. }) => Ok(result),
            Ok(_) => Ok(Value::Null),
            Err(Failure::Client(error)) => Err(anyhow!("{} before: {error}", call.method)),
            Err(Failure::Scenario(error)) => Err(error),
        },
    }
}

/// Ends when it is time to cancel.
async fn reached(cancel: Cancel, world: &World, given: &Given) -> Result<()> {
    match cancel {
        Cancel::InFlight => world.wait("wait_requests=1").await?,
        Cancel::InBackoff => world.wait("wait_completed=1").await?,
        Cancel::Requests(count) => world.wait(&format!("wait_requests={count}")).await?,
        Cancel::Completed(count) => world.wait(&format!("wait_completed={count}")).await?,
        Cancel::Items(_) | Cancel::Inputs(_) => {
            given.reached(cancel).await;
            Value::Null
        }
    };
    Ok(())
}

fn client_options(given: &Map<String, Value>) -> Result<ClientOptions> {
    let (given, numbers) = without_special_numbers(given);
    let mut options: ClientOptions = serde_json::from_value(given.into())?;
    for (name, number) in numbers {
        match name.as_str() {
            "timeout" => options.timeout = Some(Some(number.into())),
            "connect_timeout" => options.connect_timeout = Some(number),
            "total_timeout" => options.total_timeout = Some(Some(number)),
            "idle_timeout" => options.idle_timeout = Some(Some(number)),
            other => bail!("{other} cannot be {number}"),
        }
    }
    Ok(options)
}

fn failed(error: &Error) -> Outcome {
    // What a handler raised lies beneath.
    let raised = std::error::Error::source(error).filter(|_| error.kind() == ErrorKind::Handler);
    Outcome::Error(json!({
        "kind": error.kind().as_str(),
        "message": raised.map_or_else(|| error.message().to_owned(), ToString::to_string),
        "status": error.status_code(),
        "code": error.code(),
        "details": error.details(),
        "inner_error": error.inner_error(),
        "existing_id": error.existing_id(),
        "website_error": error.website_error(),
        "flow_status": error.flow_status(),
        "request_id": error.request_id(),
        "retries_taken": error.retries_taken(),
        "headers": error.headers().map(headers),
        "argument": error.argument(),
        "reason": error.reason(),
        "raw_body": error.raw_body().map(|body| String::from_utf8_lossy(body)),
        "text": error.to_string(),
    }))
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
