//! An answer, what came with it, and how its body becomes a model.

use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, StatusCode};
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::answer::{Answer, Success};
use crate::plan::Plan;
use crate::{Error, Kernel, SentRequest, arguments};

/// An answer and what came with it.
#[derive(Clone)]
#[non_exhaustive]
pub struct Response<T> {
    /// The answer itself.
    pub data: T,
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
    pub(crate) retries_taken: u32,
    pub(crate) elapsed: Duration,
    origin: Origin,
}

/// What an answer came from.
#[derive(Clone)]
struct Origin {
    client: Kernel,
    plan: Box<Plan>,
}

impl<T: Answer> Response<T> {
    /// What a success answers.
    pub(crate) fn of(
        mut success: Success,
        retries_taken: u32,
        elapsed: Duration,
    ) -> Result<Self, Error> {
        let data = T::of(&mut success).map_err(|error| error.with_retries_taken(retries_taken))?;
        Ok(Self {
            data,
            status: success.status,
            headers: success.headers,
            body: success.body,
            retries_taken,
            elapsed,
            origin: Origin {
                client: success.client,
                plan: success.plan,
            },
        })
    }

    /// What a success answers that is not over.
    pub(crate) fn with(data: T, success: &Success, retries_taken: u32, elapsed: Duration) -> Self {
        Self {
            data,
            status: success.status,
            headers: success.headers.clone(),
            body: success.body.clone(),
            retries_taken,
            elapsed,
            origin: Origin {
                client: success.client.clone(),
                plan: success.plan.clone(),
            },
        }
    }
}

impl<T> Response<T> {
    /// The answer by itself, and what came with it.
    #[must_use]
    pub fn into_parts(self) -> (T, Response<()>) {
        let Self {
            data,
            status,
            headers,
            body,
            retries_taken,
            elapsed,
            origin,
        } = self;
        (
            data,
            Response {
                data: (),
                status,
                headers,
                body,
                retries_taken,
                elapsed,
                origin,
            },
        )
    }

    /// The HTTP status.
    #[must_use]
    pub fn status_code(&self) -> u16 {
        self.status.as_u16()
    }

    /// The headers.
    #[must_use]
    pub fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// The id the API gave the request; support asks for it.
    #[must_use]
    pub fn request_id(&self) -> Option<&str> {
        request_id(&self.headers)
    }

    /// The body as it came. It may hold secrets.
    #[must_use]
    pub fn body(&self) -> &Bytes {
        &self.body
    }

    /// The request as it was sent last, redirects aside.
    #[must_use]
    pub fn request(&self) -> SentRequest {
        let Origin { client, plan } = &self.origin;
        plan.sent(client, self.retries_taken)
    }

    /// How often the request was sent again.
    #[must_use]
    pub fn retries_taken(&self) -> u32 {
        self.retries_taken
    }

    /// From the start of the call to its answer, waiting between attempts included.
    #[must_use]
    pub fn elapsed(&self) -> Duration {
        self.elapsed
    }
}

impl<T: std::fmt::Debug> std::fmt::Debug for Response<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Response")
            .field("data", &self.data)
            .field("status", &self.status_code())
            .field("request_id", &self.request_id())
            .field("retries_taken", &self.retries_taken)
            .finish_non_exhaustive()
    }
}

/// The request id, under the names that gateways in front of the API use too.
pub(crate) fn request_id(headers: &HeaderMap) -> Option<&str> {
    ["x-request-id", "request-id", "x-amzn-requestid", "cf-ray"]
        .iter()
        .find_map(|name| headers.get(*name)?.to_str().ok())
}

/// The model, or what is wrong with `named`. Its content stays out of the text.
pub(crate) fn decode<T: DeserializeOwned>(named: &str, body: &[u8]) -> Result<T, String> {
    // Checked at once, which is cheaper than text by text.
    let Ok(text) = std::str::from_utf8(body) else {
        return Err(refusal(named, body, &|_| None));
    };
    serde_json::from_str(text).map_err(|_| {
        // Only a failure pays for the path to what is wrong.
        let misfit = |value| serde_path_to_error::deserialize::<Value, T>(value).err();
        refusal(named, body, &misfit)
    })
}

type Misfit = serde_path_to_error::Error<serde_json::Error>;

/// What is wrong with `named`. The path is looked for by way of a value: code that reads a model from one more kind of
/// input is large, and there is such code for each model.
fn refusal(named: &str, body: &[u8], misfit: &dyn Fn(Value) -> Option<Misfit>) -> String {
    let value = match serde_json::from_slice(body) {
        Ok(value) => value,
        Err(error) => {
            return format!(
                "{named} is not JSON at line {}, column {}",
                error.line(),
                error.column()
            );
        }
    };
    let Some(error) = misfit(value) else {
        return format!("{named} does not fit");
    };
    let (path, rule) = arguments::explain(&error.path().to_string(), &error.inner().to_string());
    if path.is_empty() {
        format!("{named} {rule}")
    } else {
        format!("`{path}` of {named} {rule}")
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::models::LoginResponse;

    /// An answer that is right but for one field, which holds `value`.
    fn answer(field: &str, value: &Value) -> String {
        let mut fields = serde_json::json!({
            "id": "ma_1",
            "flow_type": "LOGIN",
            "hosted_url": "https://host/login",
            "flow_expires_at": "2026-11-05T20:00:00Z",
            "handoff_code": "code",
            "live_view_url": "https://host/live",
        });
        fields[field] = value.clone();
        fields.to_string()
    }

    fn json() -> impl Strategy<Value = Value> {
        let scalar = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<f64>().prop_map(Value::from),
            "hush-[a-z`,:. ]{0,20}".prop_map(Value::from),
        ];
        scalar.prop_recursive(3, 16, 4, |inner| {
            prop_oneof![
                proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                proptest::collection::vec(("[a-z]{1,6}", inner), 0..4)
                    .prop_map(|fields| Value::Object(fields.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn what_is_wrong_is_said_without_the_value(
            field in prop_oneof![
                Just("id"), Just("flow_type"), Just("hosted_url"), Just("flow_expires_at"),
                Just("handoff_code"), Just("live_view_url"), Just("new"),
            ],
            value in json(),
        ) {
            if let Err(what) = decode::<LoginResponse>("its body", answer(field, &value).as_bytes()) {
                prop_assert!(what.starts_with(&format!("`{field}` of its body must be ")), "{}", what);
                prop_assert!(!what.contains("hush"), "{}", what);
            }
        }

        #[test]
        fn any_bytes_are_an_answer_or_an_error(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = decode::<LoginResponse>("its body", &bytes);
        }

        #[test]
        fn an_answer_cut_anywhere_is_not_json(length in 0usize..100) {
            let whole = answer("id", &Value::from("ma_1"));
            let cut = whole.as_bytes().get(..length).expect("a part");
            let what = decode::<LoginResponse>("its body", cut).expect_err("not JSON");
            prop_assert!(what.starts_with("its body is not JSON at line 1, column "), "{}", what);
        }
    }
}
