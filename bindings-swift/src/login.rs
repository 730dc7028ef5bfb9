//! A login from its start to its end, step by step.

use std::pin::pin;

use kernel_client::host::{Answers, FlowStep, LoginFlow};
use kernel_client::models::{InputAnswer, InputRequest, LoginResponse, ManagedAuth};

use crate::NativeError;
use crate::pulled::Pulled;

/// A login that is under way.
#[derive(uniffi::Object)]
pub(crate) struct NativeLogin {
    flow: Pulled<LoginFlow>,
    answers: Answers,
}

/// What a login comes to next.
#[derive(uniffi::Enum)]
#[expect(clippy::large_enum_variant, reason = "it is moved once or twice")]
pub(crate) enum NativeStep {
    /// It has started.
    Started(LoginResponse),
    /// Input is wanted; the answer goes by this number.
    Input { number: u64, request: InputRequest },
    /// The input of this number is not wanted any more.
    Withdrawn { number: u64 },
    /// The profile is signed in.
    Done(ManagedAuth),
}

impl From<LoginFlow> for NativeLogin {
    fn from(flow: LoginFlow) -> Self {
        Self {
            answers: flow.answers(),
            flow: Pulled::new(flow),
        }
    }
}

impl From<FlowStep> for NativeStep {
    fn from(step: FlowStep) -> Self {
        match step {
            FlowStep::Started(login) => Self::Started(login),
            FlowStep::Input(number, request) => Self::Input { number, request },
            FlowStep::Withdrawn(number) => Self::Withdrawn { number },
            FlowStep::Done(connection) => Self::Done(connection),
        }
    }
}

#[uniffi::export]
impl NativeLogin {
    /// What the login comes to next; nothing once it was cancelled. After its end nobody asks.
    pub(crate) async fn next(&self) -> Result<Option<NativeStep>, NativeError> {
        let next = self
            .flow
            .next(|flow, context| pin!(flow.next()).poll(context).map(Some));
        Ok(next.await?.map(Into::into))
    }

    /// Answers the input of this number; without an answer, nothing is submitted.
    pub(crate) fn answer(
        &self,
        number: u64,
        answer: Option<InputAnswer>,
    ) -> Result<(), NativeError> {
        self.answers.give(number, answer);
        Ok(())
    }

    /// Ends it at once; whoever waits is cancelled.
    pub(crate) fn cancel(&self) -> Result<(), NativeError> {
        self.flow.cancel();
        Ok(())
    }
}
