//! An event at a glance: what must be known of it to read it, and to follow the stream it came in.

use std::fmt;

use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, Visitor};
use serde_json::value::RawValue;

use crate::field::Text;
use crate::models::FlowStatus;

/// What the text of an event says about it.
#[derive(Default)]
pub(crate) struct Glance<'a> {
    /// Which one it is; none when it does not say, or in no text.
    tag: Option<Text<'a>>,
    flow_status: Option<FlowStatus>,
    /// Whether it says when it happened.
    pub(crate) is_timed: bool,
}

impl<'a> Glance<'a> {
    /// Of what is no object there is nothing to see; of a broken one, what comes before the breach.
    pub(crate) fn at(text: &'a str) -> Self {
        let mut glance = Self::default();
        let mut input = serde_json::Deserializer::from_str(text);
        // It complains of what it leaves unread; whoever reads the event says what is wrong with it.
        let _ = input.deserialize_map(Look(&mut glance));
        glance
    }

    /// Whether there is nothing more to look for: what says most comes first, and the rest may be long.
    fn is_whole(&self) -> bool {
        self.tag.is_some() && self.flow_status.is_some() && self.is_timed
    }

    pub(crate) fn tag(&self) -> Option<&str> {
        self.tag.as_ref().map(Text::as_str)
    }

    /// Whether the API failed.
    pub(crate) fn is_error(&self) -> bool {
        self.tag() == Some("error")
    }

    /// Whether the flow is over with it.
    pub(crate) fn is_last(&self) -> bool {
        self.tag() == Some("managed_auth_state")
            && (self.flow_status.as_ref()).is_some_and(FlowStatus::is_terminal)
    }
}

struct Look<'g, 'a>(&'g mut Glance<'a>);

impl<'a> Visitor<'a> for Look<'_, 'a> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'a>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(name) = map.next_key::<Text<'a>>()? {
            match name.as_str() {
                "event" => self.0.tag = read(map.next_value()?),
                "flow_status" => self.0.flow_status = read(map.next_value()?),
                "timestamp" => {
                    self.0.is_timed = true;
                    map.next_value::<IgnoredAny>()?;
                }
                _ => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
            if self.0.is_whole() {
                break;
            }
        }
        Ok(())
    }
}

/// What a value says, if it is one of this kind.
fn read<'a, T: Deserialize<'a>>(value: &'a RawValue) -> Option<T> {
    serde_json::from_str(value.get()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_there_is_seen_wherever_it_stands() {
        for (text, tag, is_timed, is_error, is_last) in [
            (
                r#"{"event": "error", "timestamp": 1}"#,
                Some("error"),
                true,
                true,
                false,
            ),
            (
                r#"{"flow_status": "SUCCESS", "a": [{}], "event": "managed_auth_state"}"#,
                Some("managed_auth_state"),
                false,
                false,
                true,
            ),
            (
                r#"{"event": "managed\u005fauth_state", "flow_status": "CANCELE\u0044"}"#,
                Some("managed_auth_state"),
                false,
                false,
                true,
            ),
            (
                r#"{"event": "managed_auth_state", "flow_status": "LATER", "timestamp": null}"#,
                Some("managed_auth_state"),
                true,
                false,
                false,
            ),
            (
                r#"{"event": "other", "flow_status": "SUCCESS"}"#,
                Some("other"),
                false,
                false,
                false,
            ),
            (
                r#"{"event": 5, "flow_status": [], "timestamp": {}}"#,
                None,
                true,
                false,
                false,
            ),
            (
                r#"{"nested": {"event": "error", "timestamp": 1}}"#,
                None,
                false,
                false,
                false,
            ),
            (r#"["event", "error"]"#, None, false, false, false),
            (
                r#"{"event": "error", "timestamp"#,
                Some("error"),
                false,
                true,
                false,
            ),
            ("", None, false, false, false),
        ] {
            let glance = Glance::at(text);
            let seen = (
                glance.tag(),
                glance.is_timed,
                glance.is_error(),
                glance.is_last(),
            );
            assert_eq!(seen, (tag, is_timed, is_error, is_last), "{text}");
        }
    }
}
