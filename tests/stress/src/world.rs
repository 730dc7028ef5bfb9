//! A world of the simulator, as its control sees it.

use std::collections::BTreeMap;

use anyhow::{Context as _, Result, ensure};
use reqwest::{Client, Method, StatusCode};
use serde_json::{Value, json};

use crate::follower::Event;

/// How often ten seconds are waited for all streams to be open.
const PATIENCE: usize = 6;

pub(crate) struct Control {
    client: Client,
    address: String,
}

pub(crate) struct World<'a> {
    control: &'a Control,
    pub(crate) base_url: String,
    path: String,
}

/// What a world told its followers.
pub(crate) struct Told {
    pub(crate) states: BTreeMap<String, Vec<Event>>,
    /// How many streams were opened, or were to be.
    pub(crate) streams: usize,
}

impl Control {
    pub(crate) fn of(address: &str) -> Self {
        Self {
            client: Client::new(),
            address: format!("{address}/_simulator/worlds"),
        }
    }

    pub(crate) async fn open(&self, world: &Value) -> Result<World<'_>> {
        let (_, opened) = self.request(Method::POST, "", world).await?;
        let text = |name: &str| {
            let value = opened.get(name).and_then(Value::as_str);
            value
                .map(str::to_owned)
                .with_context(|| format!("no {name}"))
        };
        Ok(World {
            control: self,
            base_url: text("base_url")?,
            path: format!("/{}", text("id")?),
        })
    }

    async fn request(
        &self,
        method: Method,
        path: &str,
        body: &Value,
    ) -> Result<(StatusCode, Value)> {
        let request = self
            .client
            .request(method, format!("{}{path}", self.address))
            .header("content-type", "application/json")
            .body(body.to_string());
        let response = request.send().await?;
        let status = response.status();
        let text = response.text().await?;
        ensure!(
            status.is_success() || status == StatusCode::GATEWAY_TIMEOUT,
            "the control answers {status}: {text}"
        );
        let answer = match text.is_empty() {
            true => Value::Null,
            false => serde_json::from_str(&text)?,
        };
        Ok((status, answer))
    }
}

impl World<'_> {
    /// Waits until so many streams are open at once.
    pub(crate) async fn wait_follows(&self, count: usize) -> Result<()> {
        let path = format!("{}?wait_follows={count}", self.path);
        let mut open = Value::Null;
        for _ in 0..PATIENCE {
            let (status, world) = self
                .control
                .request(Method::GET, &path, &Value::Null)
                .await?;
            if status.is_success() {
                return Ok(());
            }
            open = world.get("follows").cloned().unwrap_or_default();
        }
        anyhow::bail!("{open} streams are open, never {count} at once")
    }

    pub(crate) async fn advance(&self, ms: u64) -> Result<()> {
        let path = format!("{}/clock", self.path);
        self.control
            .request(Method::POST, &path, &json!({ "advance_ms": ms }))
            .await?;
        Ok(())
    }

    pub(crate) async fn told(&self) -> Result<Told> {
        let (_, world) = self
            .control
            .request(Method::GET, &self.path, &Value::Null)
            .await?;
        let mut states = BTreeMap::new();
        let connections = world.get("connections").and_then(Value::as_array);
        for connection in connections.context("no connections")? {
            let id = connection
                .get("id")
                .and_then(Value::as_str)
                .context("no id")?;
            let told = connection.get("states").and_then(Value::as_array);
            let told = told.context("no states")?.iter().map(Event::of).collect();
            states.insert(id.to_owned(), told);
        }
        // The logins were there already: every request opens a stream.
        let streams = world.get("requests_total").and_then(Value::as_u64);
        Ok(Told {
            states,
            streams: usize::try_from(streams.context("no requests_total")?)?,
        })
    }

    pub(crate) async fn close(self) -> Result<()> {
        self.control
            .request(Method::DELETE, &self.path, &Value::Null)
            .await?;
        Ok(())
    }
}
