//! Makes the calls that bring a login to its end, with handlers that do what the scenario says.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anyhow::{Context, Result, anyhow};
use kernel_client::models::InputAnswer;
use kernel_client::{LoginAndWait, LoginWait, WaitForLogin};
use kernel_client_tests::{Call, Outcome, World};
use serde_json::{Map, Value};

use crate::calls::{Failure, call_options, to_json};
use crate::given::Given;

/// Makes the call that starts a login.
pub(crate) async fn start(
    wait: LoginAndWait,
    arguments: Map<String, Value>,
    call: &Call,
    world: Option<&World>,
    given: &Arc<Given>,
) -> Result<Outcome, Failure> {
    let stage = Stage::of(call, world, given);
    let (told, change) = (Arc::clone(&stage), call.on_login.clone());
    let wait = wait.params(serde_json::from_value(arguments.into())?);
    let wait = wait.on_login(move |login| {
        let json = to_json(login).unwrap_or_default();
        told.given.add(login, |parts| parts.logins.push(json));
        // This handler cannot wait; what it does to the world happens meanwhile.
        if let Some(change) = change {
            tokio::spawn(async move { told.control(&change).await });
        }
    });
    finish(wait, stage, call, given).await
}

/// Makes the call that waits for a login that runs already.
pub(crate) async fn join(
    wait: WaitForLogin,
    call: &Call,
    world: Option<&World>,
    given: &Arc<Given>,
) -> Result<Outcome, Failure> {
    finish(wait, Stage::of(call, world, given), call, given).await
}

async fn finish<P: Send + 'static>(
    wait: LoginWait<P>,
    stage: Arc<Stage>,
    call: &Call,
    given: &Given,
) -> Result<Outcome, Failure> {
    let mut options = call.options.clone();
    let limit = options.remove("wait_timeout");
    let mut wait = wait.options(call_options(&options)?);
    if let Some(limit) = limit {
        let seconds = limit.as_f64().context("seconds are a number")?;
        wait = wait.wait_timeout(Duration::try_from_secs_f64(seconds).context("a time")?);
    }
    if call.handler.is_some() {
        wait = wait.on_input(move |request| {
            let json = to_json(&request).unwrap_or_default();
            stage.given.add(&request, |parts| parts.inputs.push(json));
            Arc::clone(&stage).answer()
        });
    }
    let connection = wait.await?;
    given.add(&connection, |_| {});
    Ok(Outcome::Answer {
        result: to_json(&connection)?,
        response: Value::Null,
    })
}

/// What the handlers act on.
struct Stage {
    /// What the input handler does, in turn.
    entries: Mutex<VecDeque<Value>>,
    world: Option<World>,
    given: Arc<Given>,
}

impl Stage {
    fn of(call: &Call, world: Option<&World>, given: &Arc<Given>) -> Arc<Self> {
        Arc::new(Self {
            entries: Mutex::new(call.handler.iter().flatten().cloned().collect()),
            world: world.cloned(),
            given: Arc::clone(given),
        })
    }

    async fn answer(self: Arc<Self>) -> Result<Option<InputAnswer>> {
        let next = self
            .entries
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .pop_front();
        let mut entry =
            next.ok_or_else(|| anyhow!("the handler is called once more than expected"))?;
        self.control(&entry).await?;
        let Some(fields) = entry.as_object_mut() else {
            return Ok(serde_json::from_value(entry)?);
        };
        let directives: Vec<String> = fields
            .keys()
            .filter(|name| name.starts_with('$'))
            .cloned()
            .collect();
        for name in &directives {
            let value = fields.remove(name).unwrap_or_default();
            match name.as_str() {
                "$later" => tokio::task::yield_now().await,
                "$wait" => std::future::pending().await,
                "$raise" => return Err(anyhow!("{}", value.as_str().unwrap_or_default())),
                _ => {}
            }
        }
        if fields.is_empty() && !directives.is_empty() {
            return Ok(None);
        }
        Ok(Some(serde_json::from_value(entry)?))
    }

    /// Does to the world what the entry says.
    async fn control(&self, entry: &Value) -> Result<()> {
        for (part, what) in entry
            .get("$control")
            .and_then(Value::as_object)
            .into_iter()
            .flatten()
        {
            let world = self.world.as_ref().context("there is no world to change")?;
            world.change(part, what).await?;
        }
        Ok(())
    }
}
