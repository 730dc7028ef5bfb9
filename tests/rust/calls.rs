//! Makes the calls that scenarios name.

use std::fmt::Debug;
use std::sync::Arc;

use anyhow::{Context, Result, anyhow, bail};
use http::HeaderMap;
use kernel_client::models::LoginReturn;
use kernel_client::resources::Connections;
use kernel_client::{
    Answer, Call as ClientCall, CallOptions, ClientOptions, Error, Kernel, KernelBuilder,
    ManagedAuthSession, Model, Page, Response, hosted_login_url,
};
use kernel_client_tests::{Call, Collect, Outcome, World};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

use crate::flow;
use crate::given::Given;

/// What calls are made on.
#[derive(Clone)]
pub(crate) enum Target {
    Client {
        client: Kernel,
        /// What it was made of.
        options: Box<ClientOptions>,
    },
    Session(ManagedAuthSession),
}

/// Why a call gave no answer.
pub(crate) enum Failure {
    /// The client's error.
    Client(Box<Error>),
    /// The scenario cannot be run.
    Scenario(anyhow::Error),
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Client(Box::new(error))
    }
}

impl From<anyhow::Error> for Failure {
    fn from(error: anyhow::Error) -> Self {
        Self::Scenario(error)
    }
}

impl From<serde_json::Error> for Failure {
    fn from(error: serde_json::Error) -> Self {
        Self::Scenario(error.into())
    }
}

/// A call's arguments, taken one by one.
struct Arguments(Map<String, Value>);

impl Arguments {
    fn text(&mut self, name: &str) -> Result<String> {
        let value = self.0.remove(name).unwrap_or_default();
        let text = value
            .as_str()
            .with_context(|| format!("{value} is no {name}"))?;
        Ok(text.to_owned())
    }

    fn optional_text(&mut self, name: &str) -> Result<Option<String>> {
        match self.0.get(name) {
            Some(Value::String(_)) => self.text(name).map(Some),
            None | Some(Value::Null) => Ok(self.0.remove(name).and(None)),
            Some(other) => bail!("{other} is no {name}"),
        }
    }

    fn end(self) -> Result<()> {
        match self.0.keys().next() {
            None => Ok(()),
            Some(more) => bail!("there is no argument {more}"),
        }
    }
}

impl Target {
    fn connections(&self) -> Result<Connections> {
        match self {
            Self::Client { client, .. } => Ok(client.auth().connections()),
            Self::Session(_) => bail!("a session has no connections"),
        }
    }

    fn session(&self) -> Result<&ManagedAuthSession> {
        match self {
            Self::Session(session) => Ok(session),
            Self::Client { .. } => bail!("a client is no session"),
        }
    }

    /// Makes the call that exchanges a code.
    pub(crate) async fn exchange(
        &self,
        call: &Call,
    ) -> Result<Response<ManagedAuthSession>, Failure> {
        let mut arguments = Arguments(call.args.clone());
        let (id, code) = (arguments.text("id")?, arguments.text("handoff_code")?);
        let exchange = match (call.method.as_str(), self) {
            ("session.exchange", Self::Client { options, .. }) => {
                let options = ClientOptions {
                    api_key: None,
                    ..ClientOptions::clone(options)
                };
                ManagedAuthSession::exchange(KernelBuilder::from(options), id, code)?
            }
            ("auth.connections.exchange", _) => self.connections()?.exchange(id, code),
            (other, _) => return Err(anyhow!("{other} is no exchange").into()),
        };
        Ok(exchange
            .options(call_options(&call.options)?)
            .params(params(arguments)?)
            .send()
            .await?)
    }

    /// Makes a call and tells how it ended.
    pub(crate) async fn make(
        &self,
        call: &Call,
        world: Option<&World>,
        given: &Arc<Given>,
    ) -> Result<Outcome, Failure> {
        let mut arguments = Arguments(call.args.clone());
        let made = Made { call, given };
        match call.method.as_str() {
            "auth.connections.create" => {
                let create = self.connections()?.create(params(arguments)?);
                let create = create.options(call_options(&call.options)?);
                made.answer(&create.send().await?, to_json)
            }
            "auth.connections.retrieve" => {
                let retrieve = self.connections()?.retrieve(arguments.text("id")?);
                made.unary(retrieve, arguments, to_json).await
            }
            "auth.connections.update" => {
                let update = self.connections()?.update(arguments.text("id")?);
                made.unary(update, arguments, to_json).await
            }
            "auth.connections.list" => made.pages(self.connections()?.list(), arguments).await,
            "auth.connections.delete" => {
                let delete = self.connections()?.delete(arguments.text("id")?);
                made.unary(delete, arguments, to_json).await
            }
            "auth.connections.login" => {
                let login = self.connections()?.login(arguments.text("id")?);
                made.unary(login, arguments, to_json).await
            }
            "auth.connections.submit" => {
                let submit = self.connections()?.submit(arguments.text("id")?);
                made.unary(submit, arguments, to_json).await
            }
            "auth.connections.follow" => {
                let follow = self.connections()?.follow(arguments.text("id")?);
                made.events(follow, arguments).await
            }
            "auth.connections.timeline" => {
                let timeline = self.connections()?.timeline(arguments.text("id")?);
                made.pages(timeline, arguments).await
            }
            "auth.connections.exchange" | "session.exchange" => made
                .answer(&self.exchange(call).await?, |session| {
                    Ok(json!({ "id": session.id() }))
                }),
            "auth.connections.login_and_wait" => {
                let wait = self.connections()?.login_and_wait(arguments.text("id")?);
                flow::start(wait, arguments.0, call, world, given).await
            }
            "auth.context.retrieve" => match self {
                Self::Client { client, .. } => {
                    made.unary(client.auth().context().retrieve(), arguments, to_json)
                        .await
                }
                Self::Session(_) => Err(anyhow!("a session has no context").into()),
            },
            "session.retrieve" => {
                made.unary(self.session()?.retrieve(), arguments, to_json)
                    .await
            }
            "session.submit" => {
                made.unary(self.session()?.submit(), arguments, to_json)
                    .await
            }
            "session.follow" => made.events(self.session()?.follow(), arguments).await,
            "session.wait_for_login" => {
                arguments.end()?;
                flow::join(self.session()?.wait_for_login(), call, world, given).await
            }
            "hosted_login_url" => {
                let url = arguments.text("url")?;
                let success = arguments.optional_text("success_url")?;
                let error = arguments.optional_text("error_url")?;
                arguments.end()?;
                made.helped(&hosted_login_url(
                    &url,
                    success.as_deref(),
                    error.as_deref(),
                )?)
            }
            "login_return" => {
                let url = arguments.text("url")?;
                arguments.end()?;
                made.helped(&LoginReturn::parse(&url)?)
            }
            other => Err(anyhow!("there is no {other}").into()),
        }
    }
}

/// A call as it is made.
struct Made<'a> {
    call: &'a Call,
    given: &'a Given,
}

impl Made<'_> {
    fn prepared<P: DeserializeOwned, T>(
        &self,
        call: ClientCall<P, T>,
        arguments: Arguments,
    ) -> Result<ClientCall<P, T>> {
        Ok(call
            .params(params(arguments)?)
            .options(call_options(&self.call.options)?))
    }

    async fn unary<P: DeserializeOwned + Serialize, T: Answer + Debug>(
        &self,
        call: ClientCall<P, T>,
        arguments: Arguments,
        json: impl Fn(&T) -> Result<Value>,
    ) -> Result<Outcome, Failure> {
        self.answer(&self.prepared(call, arguments)?.send().await?, json)
    }

    fn answer<T: Debug>(
        &self,
        response: &Response<T>,
        json: impl Fn(&T) -> Result<Value>,
    ) -> Result<Outcome, Failure> {
        self.given.add(response, |_| {});
        Ok(Outcome::Answer {
            result: json(&response.data)?,
            response: told(response),
        })
    }

    /// What a helper gave, which sends nothing.
    fn helped(&self, result: &(impl Serialize + Debug)) -> Result<Outcome, Failure> {
        self.given.add(result, |_| {});
        Ok(Outcome::Answer {
            result: to_json(result)?,
            response: Value::Null,
        })
    }

    async fn pages<P, T>(
        &self,
        call: ClientCall<P, Page<T>>,
        arguments: Arguments,
    ) -> Result<Outcome, Failure>
    where
        P: DeserializeOwned + Serialize + Send + 'static,
        T: Model + Serialize + Debug + Unpin,
    {
        let call = self.prepared(call, arguments)?;
        match self.call.collect {
            None | Some(Collect::Page) => return self.answer(&call.send().await?, page_json),
            Some(Collect::Items) => {
                let mut items = call.items();
                while !self.is_enough()
                    && let Some(item) = items.next().await
                {
                    self.item(&item?, to_json)?;
                }
            }
            Some(Collect::Pages) => {
                let mut next = Some(call.await?);
                while let Some(page) = next {
                    self.item(&page, page_json)?;
                    if self.is_enough() {
                        break;
                    }
                    next = page.next_page().await?;
                }
            }
        }
        Ok(Outcome::Ended {
            response: Value::Null,
        })
    }

    async fn events<P: DeserializeOwned + Serialize>(
        &self,
        call: ClientCall<P, kernel_client::Events>,
        arguments: Arguments,
    ) -> Result<Outcome, Failure> {
        let response = self.prepared(call, arguments)?.send().await?;
        self.given.add(&response, |_| {});
        let told = told(&response);
        let (mut events, _) = response.into_parts();
        while !self.is_enough()
            && let Some(event) = events.next().await
        {
            self.item(&event?, to_json)?;
        }
        Ok(Outcome::Ended { response: told })
    }

    fn item<T: Debug>(&self, item: &T, json: impl Fn(&T) -> Result<Value>) -> Result<(), Failure> {
        let json = json(item)?;
        self.given.add(item, |parts| parts.items.push(json));
        Ok(())
    }

    fn is_enough(&self) -> bool {
        let limit = self.call.stop_after;
        limit.is_some_and(|limit| self.given.parts().items.len() >= limit)
    }
}

fn params<P: DeserializeOwned>(arguments: Arguments) -> Result<P> {
    Ok(serde_json::from_value(arguments.0.into())?)
}

/// The options of a call.
pub(crate) fn call_options(given: &Map<String, Value>) -> Result<CallOptions> {
    let (given, numbers) = without_special_numbers(given);
    let mut options: CallOptions = serde_json::from_value(given.into())?;
    for (name, number) in numbers {
        match name.as_str() {
            "timeout" => options.timeout = Some(Some(number.into())),
            "total_timeout" => options.total_timeout = Some(Some(number)),
            "idle_timeout" => options.idle_timeout = Some(Some(number)),
            other => bail!("{other} cannot be {number}"),
        }
    }
    Ok(options)
}

/// JSON has no words for these numbers.
pub(crate) fn without_special_numbers(
    given: &Map<String, Value>,
) -> (Map<String, Value>, Vec<(String, f64)>) {
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

pub(crate) fn to_json(value: &impl Serialize) -> Result<Value> {
    Ok(serde_json::to_value(value)?)
}

fn page_json<T: Model + Serialize>(page: &Page<T>) -> Result<Value> {
    Ok(json!({
        "items": to_json(&page.items)?,
        "has_more": page.has_more,
        "next_offset": page.next_offset,
        "has_next_page": page.has_next_page(),
    }))
}

fn told<T>(response: &Response<T>) -> Value {
    json!({
        "status": response.status_code(),
        "retries_taken": response.retries_taken(),
        "request_id": response.request_id(),
        "headers": headers(response.headers()),
    })
}

/// The headers by name; one that came more than once reads `a, b`.
pub(crate) fn headers(headers: &HeaderMap) -> Map<String, Value> {
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
