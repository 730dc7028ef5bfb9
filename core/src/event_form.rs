//! What an event is given as: itself, or the text that the API wrote.

use crate::models::ManagedAuthEvent;

/// What an event is given as.
pub(crate) trait Form: Sized {
    /// What is kept of the text once it was read.
    type Read;

    /// Reads an event, or says what is wrong with it.
    fn read(text: &str) -> Result<(Self::Read, Gist), String>;

    fn of(read: Self::Read, text: String) -> Self;
}

/// How a text that is no event is spoken of.
pub(crate) const NAMED: &str = "an event";

/// What the stream has to know of an event.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Gist {
    /// Whether it says when it happened.
    pub(crate) is_timed: bool,
    /// Whether the API failed.
    pub(crate) is_error: bool,
    /// Whether the flow is over with it.
    pub(crate) is_last: bool,
}

impl Gist {
    fn of(event: &ManagedAuthEvent) -> Self {
        Self {
            is_timed: event.is_timed(),
            is_error: matches!(event, ManagedAuthEvent::Error(_)),
            is_last: match event {
                ManagedAuthEvent::State(state) => state.flow_status.is_terminal(),
                _ => false,
            },
        }
    }
}

impl Form for ManagedAuthEvent {
    type Read = Self;

    fn read(text: &str) -> Result<(Self, Gist), String> {
        let event = Self::read(NAMED, text.as_bytes())?;
        let gist = Gist::of(&event);
        Ok((event, gist))
    }

    fn of(read: Self, _text: String) -> Self {
        read
    }
}
