//! What crosses: arguments as JSON text, replies as one text.

use kernel_client::host::{self, Language};
use kernel_client::{CallOptions, ClientOptions, Error, Response};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Deserializer;

/// The options of a client.
pub(crate) fn client_options(text: &str) -> Result<ClientOptions, Error> {
    host::decode_client_options(Language::Node, &mut Deserializer::from_str(text))
}

/// The options of a call; none where there is no text.
pub(crate) fn call_options(text: Option<&str>) -> Result<CallOptions, Error> {
    text.map_or_else(
        || Ok(CallOptions::default()),
        |text| host::decode_call_options(Language::Node, &mut Deserializer::from_str(text)),
    )
}

/// An argument of the path.
pub(crate) fn argument(name: &str, text: &str) -> Result<String, Error> {
    host::decode(name, &mut Deserializer::from_str(text))
}

/// The parameters of a call; none where there is no text.
pub(crate) fn params<T: DeserializeOwned + Default>(text: Option<&str>) -> Result<T, Error> {
    text.map_or_else(
        || Ok(T::default()),
        |text| host::decode("", &mut Deserializer::from_str(text)),
    )
}

/// What came of a call: a line about the answer and then its body, or the error on one line.
pub(crate) fn reply<T>(outcome: Result<Response<T>, Error>) -> String {
    match outcome {
        Ok(response) => answer(&response),
        Err(error) => host::error_to_json(&error),
    }
}

#[derive(Serialize)]
struct Head<'a> {
    status: u16,
    request_id: Option<&'a str>,
    retries_taken: u32,
    headers: Vec<(&'a str, String)>,
}

fn answer<T>(response: &Response<T>) -> String {
    let headers = response.headers().iter();
    let head = Head {
        status: response.status_code(),
        request_id: response.request_id(),
        retries_taken: response.retries_taken(),
        headers: headers
            .map(|(name, value)| (name.as_str(), latin1(value.as_bytes())))
            .collect(),
    };
    let mut text = serde_json::to_string(&head).unwrap_or_default();
    text.push('\n');
    text.push_str(&String::from_utf8_lossy(response.body()));
    text
}

/// Header values as `fetch` gives them: a character a byte.
fn latin1(bytes: &[u8]) -> String {
    bytes.iter().copied().map(char::from).collect()
}
