//! Answers that are checked and not kept, for a language that reads them by itself.

use std::fmt;
use std::marker::PhantomData;

use serde::de::{Deserialize, DeserializeOwned, Deserializer, Error, SeqAccess, Visitor};

use crate::answer::Model;
use crate::field::Field;
use crate::{Secret, Timestamp};

/// What would be a `T`. It is refused in the same words, and takes less time, as nothing of it is kept.
#[cfg_attr(
    not(feature = "host"),
    expect(unreachable_pub, reason = "bindings have it")
)]
#[derive(Clone)]
pub struct Check<T>(PhantomData<fn() -> T>);

impl<T> Check<T> {
    const DONE: Self = Self(PhantomData);
}

/// A type that knows what its values look like.
pub(crate) trait Checked<'de>: Field {
    /// Reads a value as one of this type, and keeps nothing of it.
    fn check<D: Deserializer<'de>>(deserializer: D) -> Result<(), D::Error>;
}

impl<T: Field> Field for Check<T> {
    fn missing() -> Option<Self> {
        T::missing().map(|_| Self::DONE)
    }

    fn null() -> Option<Self> {
        T::null().map(|_| Self::DONE)
    }
}

impl<'de, T: Checked<'de>> Deserialize<'de> for Check<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        T::check(deserializer).map(|()| Self::DONE)
    }
}

impl<T: 'static> Model for Check<T> where Self: DeserializeOwned {}

/// What takes no memory is read as ever.
macro_rules! small {
    ($($ty:ty),*) => { $( impl<'de> Checked<'de> for $ty {
        fn check<D: Deserializer<'de>>(deserializer: D) -> Result<(), D::Error> {
            Self::deserialize(deserializer).map(drop)
        }
    } )* };
}

small!(bool, f64, i64, serde_json::Value, Timestamp);

macro_rules! text {
    ($($ty:ty),*) => { $( impl<'de> Checked<'de> for $ty {
        fn check<D: Deserializer<'de>>(deserializer: D) -> Result<(), D::Error> {
            deserializer.deserialize_str(AnyText)
        }
    } )* };
}

text!(String, Secret);

struct AnyText;

impl Visitor<'_> for AnyText {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string")
    }

    fn visit_str<E: Error>(self, _text: &str) -> Result<(), E> {
        Ok(())
    }
}

impl<'de, T: Checked<'de>> Checked<'de> for Option<T> {
    fn check<D: Deserializer<'de>>(deserializer: D) -> Result<(), D::Error> {
        Option::<Check<T>>::deserialize(deserializer).map(drop)
    }
}

impl<'de, T: Checked<'de>> Checked<'de> for Vec<T> {
    fn check<D: Deserializer<'de>>(deserializer: D) -> Result<(), D::Error> {
        struct Each<T>(PhantomData<T>);

        impl<'de, T: Checked<'de>> Visitor<'de> for Each<T> {
            type Value = ();

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a sequence")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
                while items.next_element::<Check<T>>()?.is_some() {}
                Ok(())
            }
        }

        deserializer.deserialize_seq(Each::<T>(PhantomData))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::*;
    use crate::event_form::{Form, Gist};
    use crate::models::{ManagedAuth, ManagedAuthEvent};
    use crate::response::decode;

    fn whole() -> Value {
        json!({
            "id": "ma_1",
            "domain": "example.com",
            "profile_name": "shop",
            "save_credentials": true,
            "record_session": false,
            "status": "NEEDS_AUTH",
            "flow_status": "IN_PROGRESS",
            "flow_expires_at": "2026-11-29T14:09:39.335Z",
            "health_check_interval": 3600,
            "allowed_domains": ["a.example.com", "b.example.com"],
            "credential": { "name": "c", "auto": true, "new": { "a": [1] } },
            "fields": [{ "id": "f", "ref": "r", "type": "password", "label": "l", "required": true, "reason": "missing" }],
            "choices": null,
            "mfa_options": [{ "type": "sms", "label": "Text" }],
            "browser": { "region": "eu-west", "telemetry": null },
            "not_known": { "deep": [null, 1.5, "x"] },
        })
    }

    /// Every place in a value, as JSON Pointer.
    fn places(value: &Value, at: &str, found: &mut Vec<String>) {
        found.push(at.to_owned());
        match value {
            Value::Object(fields) => fields
                .iter()
                .for_each(|(name, value)| places(value, &format!("{at}/{name}"), found)),
            Value::Array(items) => items
                .iter()
                .enumerate()
                .for_each(|(place, value)| places(value, &format!("{at}/{place}"), found)),
            _ => {}
        }
    }

    /// Whether a text is refused, and in which words: kept, and only checked.
    fn judged(text: &[u8]) -> [Option<String>; 2] {
        [
            decode::<Vec<ManagedAuth>>("it", text).err(),
            decode::<Vec<Check<ManagedAuth>>>("it", text).err(),
        ]
    }

    /// The same for an event, and what the stream has to know of it.
    fn event_judged(text: &str) -> [Result<Gist, String>; 2] {
        [
            <ManagedAuthEvent as Form>::read(text).map(|(_, gist)| gist),
            <String as Form>::read(text).map(|(_, gist)| gist),
        ]
    }

    fn event() -> impl Strategy<Value = Value> {
        let at = "2026-11-29T14:09:39.335Z";
        let choices = json!([{ "id": "c", "label": "Text", "type": "sms", "context": null }]);
        prop::sample::select(vec![
            json!({
                "event": "managed_auth_state", "flow_status": "IN_PROGRESS", "flow_step": "AWAITING_INPUT",
                "timestamp": at, "choices": choices, "error_code": null, "live_view_url": "https://l", "odd": [1],
            }),
            json!({
                "event": "error", "timestamp": at,
                "error": {
                    "code": "c", "message": "m", "details": [{ "code": "c", "message": "m" }],
                    "inner_error": { "code": "c" },
                },
            }),
            json!({ "timestamp": at, "event": "sse_heartbeat" }),
            json!({ "event": "from the future", "timestamp": at }),
            json!({ "later": {} }),
        ])
    }

    /// Another value at one place of a value, or nothing there.
    fn mistaken(values: impl Strategy<Value = Value>) -> impl Strategy<Value = Value> {
        let instead = prop::sample::select(vec![
            Value::Null,
            json!(true),
            json!(7),
            json!(-1.5),
            json!("text"),
            json!("2026-01-01T00:00:00Z"),
            json!([]),
            json!(["a"]),
            json!({}),
            json!({ "id": 1 }),
        ]);
        let which = any::<prop::sample::Index>();
        (values, which, instead, any::<bool>()).prop_map(
            |(mut value, which, instead, is_removed)| {
                let mut all = Vec::new();
                places(&value, "", &mut all);
                let at = which.get(&all);
                let parent = at
                    .rsplit_once('/')
                    .and_then(|(parent, name)| Some((value.pointer_mut(parent)?, name)));
                match parent {
                    Some((Value::Object(fields), name)) if is_removed => {
                        fields.remove(name);
                    }
                    _ => *value.pointer_mut(at).unwrap() = instead,
                }
                value
            },
        )
    }

    proptest! {
        #[test]
        fn what_is_checked_is_judged_as_what_is_kept(value in mistaken(Just(json!([whole()]))), cut in 0_usize..30) {
            let text = value.to_string();
            let [kept, checked] = judged(text.as_bytes());
            prop_assert_eq!(kept, checked);
            let [kept, checked] = judged(&text.as_bytes()[..text.len().saturating_sub(cut)]);
            prop_assert_eq!(kept, checked);
        }

        #[test]
        fn an_event_is_judged_as_one_that_is_kept(value in mistaken(event()), cut in 0_usize..30) {
            let text = value.to_string();
            let [kept, checked] = event_judged(&text);
            prop_assert_eq!(kept, checked);
            let [kept, checked] = event_judged(&text[..text.len().saturating_sub(cut)]);
            prop_assert_eq!(kept, checked);
        }
    }

    #[test]
    fn what_has_no_name_here_is_judged_as_well() {
        let text = json!([whole()]).to_string();
        for odd in [
            "1e999",
            r#""\ud800""#,
            &"[".repeat(200),
            "nul",
            "1.5",
            r#"{"a": [1]}"#,
        ] {
            let text = text.replacen("{", &format!(r#"{{"odd": {odd}, "#), 1);
            let [kept, checked] = judged(text.as_bytes());
            assert_eq!(kept, checked, "{odd}");
        }
    }

    #[test]
    fn what_is_right_is_right() {
        assert_eq!(
            judged(json!([whole()]).to_string().as_bytes()),
            [None, None]
        );
    }

    #[test]
    fn a_right_event_is_right() {
        let at = r#""timestamp": "2026-11-29T14:09:39.335Z""#;
        let state = |fields: &str| {
            format!(
                r#"{{"event": "managed_auth_state", "flow_step": "COMPLETED", {at}, {fields}}}"#
            )
        };
        let goes_on = Gist {
            is_timed: true,
            is_error: false,
            is_last: false,
        };
        let last = Gist {
            is_last: true,
            ..goes_on
        };
        let failed = Gist {
            is_error: true,
            ..goes_on
        };
        let untimed = Gist {
            is_timed: false,
            ..goes_on
        };
        for (text, gist) in [
            (state(r#""flow_status": "IN_PROGRESS""#), goes_on),
            (state(r#""flow_status": "LATER""#), goes_on),
            (
                state(r#""flow_status": "IN_PROGRESS", "error_message": "SUCCESS""#),
                goes_on,
            ),
            (state(r#""flow_status": "SUCCESS""#), last),
            (state(r#""flow_status": "FAILED""#), last),
            (state(r#""flow_status": "EXPIRED""#), last),
            (state(r#""flow_status": "CANCELED""#), last),
            (state(r#""flow_status": "CANCELE\u0044""#), last),
            (state(r#""flow\u005fstatus": "SUCCESS""#), last),
            // The last of several counts, as in the models.
            (
                state(r#""flow_status": "IN_PROGRESS", "flow_status": "SUCCESS""#),
                last,
            ),
            (
                state(r#""flow_status": "SUCCESS", "flow_status": "IN_PROGRESS""#),
                goes_on,
            ),
            (
                format!(r#"{{"event": "error", {at}, "error": {{"code": "c", "message": "m"}}}}"#),
                failed,
            ),
            (format!(r#"{{{at}, "event": "sse_heartbeat"}}"#), goes_on),
            (
                format!(r#"{{"event": "later", "flow_status": "SUCCESS", {at}}}"#),
                goes_on,
            ),
            (
                r#"{"event": "later", "timestamp": null}"#.to_owned(),
                goes_on,
            ),
            (r#"{"event": 5, "flow_status": []}"#.to_owned(), untimed),
            ("null".to_owned(), untimed),
        ] {
            assert_eq!(event_judged(&text), [Ok(gist), Ok(gist)], "{text}");
        }
    }
}
