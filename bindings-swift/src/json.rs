//! Models as JSON, as the wire has it: what `Codable` needs.

use kernel_client::ErrorDetail;
use kernel_client::each_model;
use kernel_client::host::{self, Codable};
use kernel_client::models::*;

use crate::NativeError;

macro_rules! native_model {
    ($($name:ident)*) => {
        /// Any model.
        #[derive(uniffi::Enum)]
        #[expect(clippy::large_enum_variant, reason = "it is moved once or twice")]
        pub(crate) enum NativeModel {
            $( $name($name), )*
        }

        /// The JSON text of a model.
        #[uniffi::export]
        pub(crate) fn native_model_to_json(model: &NativeModel) -> Result<String, NativeError> {
            let text = match model {
                $( NativeModel::$name(model) => serde_json::to_string(model), )*
            };
            text.map_err(|_| host::panicked().into())
        }

        /// The model of this name that the JSON text holds.
        #[uniffi::export]
        pub(crate) fn native_model_of_json(name: &str, json: &str) -> Result<NativeModel, NativeError> {
            // By way of a value, by which answers that do not fit are read again: code that reads a model from one more
            // kind of input is large, and there is such code for each model.
            let value = host::decode(name, &mut serde_json::Deserializer::from_str(json))?;
            match name {
                $( stringify!($name) => Ok(NativeModel::$name(Codable::of_value(name, value)?)), )*
                _ => Err(host::panicked().into()),
            }
        }
    };
}

each_model!(native_model);
