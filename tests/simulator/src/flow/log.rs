//! The states of one flow in their order, for everybody who follows it.

use std::sync::Arc;

use serde_json::{Map, Value};
use tokio::sync::watch;

/// What has happened so far.
#[derive(Debug, Default)]
pub(crate) struct Story {
    /// Each state as an event.
    pub(crate) events: Vec<Arc<Map<String, Value>>>,
    /// Whether the last one was the end.
    pub(crate) over: bool,
}

/// Where a flow writes.
#[derive(Debug, Default)]
pub(super) struct Log(watch::Sender<Story>);

impl Log {
    /// Writes a state down. One that cannot be told from the last one is none to a reader.
    pub(super) fn push(&self, event: Map<String, Value>, over: bool) {
        self.0.send_if_modified(|story| {
            let same = story.events.last().is_some_and(|last| **last == event);
            if !same {
                story.events.push(Arc::new(event));
                story.over = over;
            }
            !same
        });
    }

    pub(super) fn len(&self) -> usize {
        self.0.borrow().events.len()
    }

    pub(super) fn read(&self) -> watch::Receiver<Story> {
        self.0.subscribe()
    }
}
