//! Arguments, which arrive as JSON text.

use kernel_client::host::{self, Language};
use kernel_client::{CallOptions, ClientOptions, Error};
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

/// An argument that has a name.
pub(crate) fn argument<T: DeserializeOwned>(name: &str, text: &str) -> Result<T, Error> {
    host::decode(name, &mut Deserializer::from_str(text))
}

/// The parameters of a call; none where there is no text.
pub(crate) fn params<T: DeserializeOwned>(text: Option<&str>) -> Result<T, Error> {
    argument("", text.unwrap_or("{}"))
}
