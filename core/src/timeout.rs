//! How long an attempt may take: one number, or the parts that HTTP clients tell apart.

use std::fmt;
use std::time::Duration;

use macro_rules_attribute::apply;
use serde::de::{Deserialize, Deserializer, Error, MapAccess, Visitor};

use crate::arguments;
use crate::field::Field;

/// The limit of one attempt.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Timeout {
    /// Seconds for all of it: connecting, headers and body. The limit for connecting stays as it is.
    Whole(f64),
    /// By parts, as HTTP clients name them.
    Parts(TimeoutParts),
}

/// A limit by parts, in seconds. Null is no limit; what is left out stays as it is.
#[apply(options)]
pub struct TimeoutParts {
    /// For connecting.
    pub connect: Option<Option<f64>>,
    /// For the whole of the attempt: connecting, headers and body.
    pub read: Option<Option<f64>>,
    /// For sending. It is kept and not enforced: an attempt has one limit, `read`.
    pub write: Option<Option<f64>>,
    /// For getting a connection. It is kept and not enforced: connections are not limited in number.
    pub pool: Option<Option<f64>>,
}

impl Copy for TimeoutParts {}

/// The name under which a language may hand over its own kind of object.
pub(crate) const NAME: &str = "Timeout";

impl From<f64> for Timeout {
    fn from(seconds: f64) -> Self {
        Self::Whole(seconds)
    }
}

impl Field for Timeout {}

impl<'de> Deserialize<'de> for Timeout {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct NumberOrParts;

        impl<'de> Visitor<'de> for NumberOrParts {
            type Value = Timeout;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a number, or an object with connect, read, write and pool")
            }

            fn visit_newtype_struct<D: Deserializer<'de>>(
                self,
                deserializer: D,
            ) -> Result<Timeout, D::Error> {
                deserializer.deserialize_any(self)
            }

            fn visit_f64<E: Error>(self, seconds: f64) -> Result<Timeout, E> {
                Ok(Timeout::Whole(seconds))
            }

            #[expect(
                clippy::cast_precision_loss,
                reason = "limits that a number cannot hold are refused"
            )]
            fn visit_i64<E: Error>(self, seconds: i64) -> Result<Timeout, E> {
                Ok(Timeout::Whole(seconds as f64))
            }

            #[expect(
                clippy::cast_precision_loss,
                reason = "limits that a number cannot hold are refused"
            )]
            fn visit_u64<E: Error>(self, seconds: u64) -> Result<Timeout, E> {
                Ok(Timeout::Whole(seconds as f64))
            }

            fn visit_map<A: MapAccess<'de>>(self, parts: A) -> Result<Timeout, A::Error> {
                let parts = serde::de::value::MapAccessDeserializer::new(parts);
                TimeoutParts::deserialize(parts).map(Timeout::Parts)
            }
        }

        deserializer.deserialize_newtype_struct(NAME, NumberOrParts)
    }
}

/// The limits that hold.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Limits {
    /// Of one attempt.
    pub(crate) attempt: Option<Duration>,
    pub(crate) connect: Option<Duration>,
    /// Unless they were given as one number: what is only kept.
    pub(crate) kept: Option<Kept>,
}

/// The limits that are not enforced.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Kept {
    pub(crate) write: Option<Duration>,
    pub(crate) pool: Option<Duration>,
}

impl Default for Limits {
    fn default() -> Self {
        let attempt = Some(Duration::from_secs(60));
        Self {
            attempt,
            connect: Some(Duration::from_secs(5)),
            kept: Some(Kept {
                write: attempt,
                pool: attempt,
            }),
        }
    }
}

impl Limits {
    /// These limits with others over them, or the rule that one of those breaks.
    pub(crate) fn with(mut self, timeout: Option<Timeout>) -> Result<Self, String> {
        match timeout {
            None => {
                self.attempt = None;
                self.kept = None;
            }
            Some(Timeout::Whole(seconds)) => {
                self.attempt = Some(arguments::seconds(seconds)?);
                self.kept = None;
            }
            Some(Timeout::Parts(parts)) => {
                let part = |name: &str, given: Option<Option<f64>>, before| match given {
                    None => Ok(before),
                    Some(seconds) => seconds
                        .map(arguments::seconds)
                        .transpose()
                        .map_err(|rule| format!("has a `{name}` that {rule}")),
                };
                let kept = self.kept.unwrap_or(Kept {
                    write: self.attempt,
                    pool: self.attempt,
                });
                self.connect = part("connect", parts.connect, self.connect)?;
                self.attempt = part("read", parts.read, self.attempt)?;
                self.kept = Some(Kept {
                    write: part("write", parts.write, kept.write)?,
                    pool: part("pool", parts.pool, kept.pool)?,
                });
            }
        }
        Ok(self)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn limits(timeout: Value) -> Result<Limits, String> {
        let timeout: Timeout =
            serde_json::from_value(timeout).map_err(|error| error.to_string())?;
        Limits::default().with(Some(timeout))
    }

    const fn seconds(seconds: u64) -> Option<Duration> {
        Some(Duration::from_secs(seconds))
    }

    #[test]
    fn a_number_limits_the_attempt() {
        for number in [json!(7), json!(7.0)] {
            let limits = limits(number).expect("a limit");
            assert_eq!(limits.attempt, seconds(7));
            assert_eq!(limits.connect, seconds(5));
            assert_eq!(limits.kept, None);
        }
    }

    #[test]
    fn parts_are_taken_by_name() {
        let parts = limits(json!({"connect": 1, "read": 2, "write": 3, "pool": null}));
        let parts = parts.expect("limits");
        assert_eq!((parts.attempt, parts.connect), (seconds(2), seconds(1)));
        let kept = Kept {
            write: seconds(3),
            pool: None,
        };
        assert_eq!(parts.kept, Some(kept));
        let none = limits(json!({"connect": null, "read": null})).expect("limits");
        assert_eq!((none.attempt, none.connect), (None, None));
        assert_eq!(none.kept, Limits::default().kept);
        assert_eq!(limits(json!({})), Ok(Limits::default()));
    }

    #[test]
    fn what_is_no_limit_is_refused() {
        for (given, rule) in [
            (json!(0), "must be greater than 0"),
            (
                json!({"connect": -1}),
                "has a `connect` that must be greater than 0",
            ),
            (
                json!({"read": 0}),
                "has a `read` that must be greater than 0",
            ),
            (json!({"total": 1}), "unknown field `total`"),
            (
                json!("1"),
                "expected a number, or an object with connect, read, write and pool",
            ),
            (
                json!(true),
                "expected a number, or an object with connect, read, write and pool",
            ),
        ] {
            let refused = limits(given).expect_err("no limit");
            assert!(refused.contains(rule), "{refused}");
        }
    }
}
