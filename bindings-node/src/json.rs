//! What crosses: arguments as JSON text, replies as one text.

use kernel_client::host;
use kernel_client::{ClientOptions, Error, Response};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Deserializer;

/// The options of a client.
pub(crate) fn client_options(text: &str) -> Result<ClientOptions, Error> {
    host::decode_options(&mut Deserializer::from_str(text))
}

/// An argument of the path.
pub(crate) fn argument(name: &str, text: &str) -> Result<String, Error> {
    host::decode(name, &mut Deserializer::from_str(text))
}

/// Named arguments; none where there is no text.
pub(crate) fn named<T: DeserializeOwned + Default>(
    name: &str,
    text: Option<&str>,
) -> Result<T, Error> {
    let Some(text) = text else {
        return Ok(T::default());
    };
    let read = |name| host::decode(name, &mut Deserializer::from_str(text));
    match read("") {
        // Each name inside stands for itself; what is no object at all goes by the name of the whole.
        Err(error) if error.argument() == Some("") => read(name),
        read => read,
    }
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
