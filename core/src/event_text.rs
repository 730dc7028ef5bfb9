//! Events that are given as the API wrote them, for a language that reads them by itself.

use std::sync::LazyLock;

use memchr::memmem::Finder;

use crate::check::Check;
use crate::event_form::{Form, Gist, NAMED};
use crate::field;
use crate::models::{FlowStatus, ManagedAuthEvent, ManagedAuthStateEvent};
use crate::response::decode;

impl Form for String {
    type Read = ();

    fn read(text: &str) -> Result<((), Gist), String> {
        // Nearly all tell how a flow stands that goes on. They are large, and only checked.
        let tag = field::tag(text.as_bytes());
        let is_state = tag.is_some_and(|tag| tag.as_str() == ManagedAuthStateEvent::TAG);
        if is_state && !may_be_last(text) {
            decode::<Check<ManagedAuthStateEvent>>(NAMED, text.as_bytes())?;
            let gist = Gist {
                is_timed: true,
                is_error: false,
                is_last: false,
            };
            return Ok(((), gist));
        }
        let (_, gist) = <ManagedAuthEvent as Form>::read(text)?;
        Ok(((), gist))
    }

    fn of((): (), text: String) -> Self {
        text
    }
}

/// Whether a text could say that the flow is over: the word stands there, or could be spelled with escapes.
fn may_be_last(text: &str) -> bool {
    static SIGNS: LazyLock<Vec<Finder<'static>>> = LazyLock::new(|| {
        let ends = FlowStatus::TERMINAL.iter().map(FlowStatus::as_str);
        ends.chain([r"\u"])
            .map(|sign| Finder::new(sign).into_owned())
            .collect()
    });
    SIGNS
        .iter()
        .any(|sign| sign.find(text.as_bytes()).is_some())
}
