//! How the types of fields are seen from Swift.

use std::collections::HashMap;
use std::time::SystemTime;

use serde_json::Value;

use crate::models::*;
use crate::{
    Error, ErrorDetail, Extra, FieldValues, Secret, Timestamp, Unrecognized, arguments, each_model,
};

/// What Swift reads by itself, for `Codable`. Each type has its own function, so that what reads it is compiled into this
/// crate only, which needs it for answers that do not fit.
pub trait Codable: Sized {
    /// The value of this type, whose name is `named`.
    ///
    /// # Errors
    ///
    /// [`crate::ErrorKind::InvalidArgument`] naming the field, and what it must be.
    fn of_value(named: &str, value: Value) -> Result<Self, Error>;
}

macro_rules! codable {
    ($($name:ident)*) => { $(
        impl Codable for $name {
            fn of_value(named: &str, value: Value) -> Result<Self, Error> {
                arguments::decode(named, value)
            }
        }
    )* };
}

each_model!(codable);

// `Date`.
uniffi::custom_type!(Timestamp, SystemTime, {
    lower: |timestamp| timestamp.to_system_time(),
    try_lift: |time| Ok(Timestamp::try_from(time)?),
});

// A text; the Swift sources give it a type that does not print it.
uniffi::custom_type!(Secret, String, {
    lower: |secret| secret.into_text(),
    try_lift: |text| Ok(Secret::from(text)),
});

type JsonValue = Value;

// JSON text.
uniffi::custom_type!(JsonValue, String, {
    remote,
    lower: |value| value.to_string(),
    try_lift: |text| Ok(serde_json::from_str(&text)?),
});

uniffi::custom_type!(Extra, HashMap<String, JsonValue>, {
    lower: |extra| extra.into_iter().collect(),
    try_lift: |fields| Ok(fields.into_iter().collect()),
});

uniffi::custom_type!(Unrecognized, JsonValue, {
    lower: |value| Value::clone(&value),
    try_lift: |value| Ok(value.into()),
});

uniffi::custom_type!(FieldValues, HashMap<String, Secret>, {
    lower: |values| values.into_iter().collect(),
    try_lift: |values| Ok(values.into_iter().collect()),
});
