//! A login as one call, step by step: JavaScript runs the handlers.

use std::pin::pin;

use kernel_client::Error;
use kernel_client::host::{self, Answers, FlowStep, LoginFlow};
use kernel_client::models::InputAnswer;
use napi::Env;
use napi::bindgen_prelude::Either;
use napi_derive::napi;
use serde_json::{Value, json};

use crate::calls;
use crate::pulled::Pulled;
use crate::reply::{self, Reply};
use crate::session::Session;
use crate::{Client, json};

/// A login that is under way while its next step is awaited. It ends when it is closed, or collected.
#[napi]
pub struct Login {
    flow: Pulled<LoginFlow>,
    answers: Answers,
}

#[napi]
impl Client {
    /// Prepares a login; all arguments but the last are JSON. Or tells what is wrong with them.
    #[napi(catch_unwind)]
    pub fn login_flow(
        &self,
        id: String,
        params: Option<String>,
        options: Option<String>,
        wait_timeout: String,
        is_answered: bool,
    ) -> Either<Login, String> {
        prepared(|| {
            host::login_flow(
                &self.kernel,
                json::argument("id", &id)?,
                json::params(params.as_deref())?,
                json::call_options(options.as_deref())?,
                json::argument("wait_timeout", &wait_timeout)?,
                is_answered,
            )
        })
    }
}

#[napi]
impl Session {
    /// Prepares the rest of a login that runs already, likewise.
    #[napi(catch_unwind)]
    pub fn login_flow(
        &self,
        options: Option<String>,
        wait_timeout: String,
        is_answered: bool,
    ) -> Either<Login, String> {
        prepared(|| {
            host::session_flow(
                &self.session,
                json::call_options(options.as_deref())?,
                json::argument("wait_timeout", &wait_timeout)?,
                is_answered,
            )
        })
    }
}

fn prepared(flow: impl FnOnce() -> Result<LoginFlow, Error>) -> Either<Login, String> {
    match flow() {
        Ok(flow) => Either::A(Login {
            answers: flow.answers(),
            flow: Pulled::new(flow),
        }),
        Err(error) => Either::B(host::error_to_json(&error)),
    }
}

#[napi]
impl Login {
    /// The next step: an array of its kind and what comes with it.
    #[napi(catch_unwind)]
    pub fn next(&self, env: &Env, call: u32) -> napi::Result<()> {
        let step = self
            .flow
            .pull(|flow, context| pin!(flow.next()).poll(context));
        calls::go_on(env, call, async move {
            let step = step.await.transpose();
            Reply::A(reply::value(step.map(|step| step.map(written))))
        })
    }

    /// Answers the input of this number (JSON), or tells what is wrong with the answer.
    #[napi(catch_unwind)]
    pub fn give(&self, number: u32, answer: String) -> Option<String> {
        match json::argument::<Option<InputAnswer>>("", &answer) {
            Ok(answer) => {
                self.answers.give(number.into(), answer);
                None
            }
            Err(error) => Some(host::error_to_json(&error)),
        }
    }

    /// Ends the login here, whatever it is doing.
    #[napi(catch_unwind)]
    pub fn close(&self) {
        self.flow.close();
    }
}

fn written(step: FlowStep) -> Value {
    match step {
        FlowStep::Started(login) => json!(["started", login]),
        FlowStep::Input(number, request) => json!(["input", request, number]),
        FlowStep::Withdrawn(number) => json!(["withdrawn", number]),
        FlowStep::Done(connection) => json!(["done", connection]),
    }
}
