//! The simulator and its worlds.

use anyhow::{Context, Result, anyhow, ensure};
use kernel_simulator::Simulator;
use serde_json::Value;

use crate::matcher::field;

/// A running simulator.
#[derive(Debug)]
pub struct Control {
    http: reqwest::Client,
    worlds: String,
    /// The one in this process, which ends with this.
    _simulator: Option<Simulator>,
}

/// One world of it.
#[derive(Clone, Debug)]
pub struct World {
    http: reqwest::Client,
    url: String,
    /// Where its API is.
    pub base_url: String,
    /// The authority of its certificate, when it has one.
    pub ca: Option<String>,
}

impl Control {
    /// The simulator that `KERNEL_SIMULATOR` names, or one in this process.
    ///
    /// # Errors
    /// When there is none and none can be started.
    pub async fn connect() -> Result<Self> {
        let (address, _simulator) = match std::env::var("KERNEL_SIMULATOR") {
            Ok(address) => (address, None),
            Err(_) => {
                let simulator = Simulator::start().await.map_err(|error| anyhow!(error))?;
                (simulator.address().to_owned(), Some(simulator))
            }
        };
        let http = reqwest::Client::builder().no_proxy().build()?;
        Ok(Self {
            http,
            worlds: format!("{address}/_simulator/worlds"),
            _simulator,
        })
    }

    /// Opens a world.
    ///
    /// # Errors
    /// When `spec` is no world, or the simulator is gone.
    pub async fn open(&self, spec: &Value) -> Result<World> {
        let opened = answer(self.http.post(&self.worlds).body(spec.to_string())).await?;
        let text = |name: &str| field(&opened, name).as_str().map(str::to_owned);
        Ok(World {
            http: self.http.clone(),
            url: format!(
                "{}/{}",
                self.worlds,
                text("id").context("a world has an id")?
            ),
            base_url: text("base_url").context("a world has an address")?,
            ca: text("ca"),
        })
    }
}

impl World {
    /// What it has received.
    ///
    /// # Errors
    /// When the simulator is gone.
    pub async fn record(&self) -> Result<Value> {
        answer(self.http.get(&self.url)).await
    }

    /// What it has received, once `condition` holds, such as `wait_requests=1`.
    ///
    /// # Errors
    /// When it does not hold within 10 seconds.
    pub async fn wait(&self, condition: &str) -> Result<Value> {
        answer(self.http.get(format!("{}?{condition}", self.url))).await
    }

    /// Does something to it: to `clock`, for example.
    ///
    /// # Errors
    /// When it refuses.
    pub async fn change(&self, part: &str, what: &Value) -> Result<Value> {
        let url = format!("{}/{part}", self.url);
        answer(self.http.post(url).body(what.to_string())).await
    }

    /// Closes its port.
    ///
    /// # Errors
    /// When the simulator is gone.
    pub async fn close(self) -> Result<()> {
        self.http
            .delete(&self.url)
            .send()
            .await?
            .error_for_status()?;
        Ok(())
    }
}

async fn answer(request: reqwest::RequestBuilder) -> Result<Value> {
    let answer = request.send().await?;
    let status = answer.status();
    let body = answer.bytes().await?;
    ensure!(
        status.is_success(),
        "the simulator says: {status} {}",
        String::from_utf8_lossy(&body)
    );
    Ok(serde_json::from_slice(&body)?)
}
