//! What a world has received, and waiting until it has.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use hyper::http::request::Parts;
use serde_json::{Value, json};
use tokio::sync::Notify;

/// A world that runs for long keeps only this many requests.
const KEPT: usize = 1000;

/// The record of one world.
#[derive(Debug, Default)]
pub(crate) struct Record {
    counts: Mutex<Counts>,
    changed: Notify,
}

#[derive(Debug, Default)]
struct Counts {
    requests: VecDeque<Received>,
    received: u64,
    completed: u64,
    aborted: u64,
    cut_before_read: u64,
    connections_open: u64,
    connections_total: u64,
    follows: u64,
    tls_failures: u64,
}

#[derive(Debug)]
struct Received {
    index: u64,
    connection: u64,
    head: Arc<Parts>,
    body: Bytes,
    end: Option<End>,
}

/// How a request ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    /// The whole answer was handed to the socket.
    Completed,
    /// The client went away before that.
    Aborted,
    /// A fault ended it.
    Cut,
}

/// What to wait for; all of it must hold.
#[derive(Debug, Default)]
pub(crate) struct Goal {
    pub(crate) requests: u64,
    pub(crate) completed: u64,
    pub(crate) aborted: u64,
    pub(crate) follows: u64,
    pub(crate) idle: bool,
}

impl Record {
    fn counts(&self) -> MutexGuard<'_, Counts> {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn change<T>(&self, change: impl FnOnce(&mut Counts) -> T) -> T {
        let out = change(&mut self.counts());
        self.changed.notify_waiters();
        out
    }

    /// Notes a request that has arrived in full (or as far as it came) and follows it until its end.
    pub(crate) fn receive(
        self: &Arc<Self>,
        connection: u64,
        head: Arc<Parts>,
        body: Bytes,
    ) -> InFlight {
        let index = self.change(|counts| {
            let index = counts.received;
            counts.received += 1;
            if counts.requests.len() == KEPT {
                counts.requests.pop_front();
            }
            counts.requests.push_back(Received {
                index,
                connection,
                head,
                body,
                end: None,
            });
            index
        });
        InFlight {
            record: Some(self.clone()),
            index,
        }
    }

    /// Notes a connection; it counts as open until the answer is dropped.
    pub(crate) fn connect(self: &Arc<Self>) -> Open {
        let number = self.change(|counts| {
            let number = counts.connections_total;
            counts.connections_total += 1;
            counts.connections_open += 1;
            number
        });
        Open {
            record: self.clone(),
            number,
        }
    }

    /// Notes a stream; it counts as open until the answer is dropped.
    pub(crate) fn follow(self: &Arc<Self>) -> Following {
        self.change(|counts| counts.follows += 1);
        Following(self.clone())
    }

    /// Something else has changed that somebody may wait for.
    pub(crate) fn touch(&self) {
        self.changed.notify_waiters();
    }

    pub(crate) fn tls_failed(&self) {
        self.change(|counts| counts.tls_failures += 1);
    }

    pub(crate) fn cut_before_read(&self) {
        self.change(|counts| counts.cut_before_read += 1);
    }

    /// Waits until `goal` is reached and `also` holds; `false` when `limit` is over first.
    pub(crate) async fn wait(&self, goal: &Goal, also: impl Fn() -> bool, limit: Duration) -> bool {
        tokio::time::timeout(limit, async {
            loop {
                // Listening starts before looking, so that no change is missed in between.
                let changed = self.changed.notified();
                if self.counts().meets(goal) && also() {
                    return;
                }
                changed.await;
            }
        })
        .await
        .is_ok()
    }

    /// The record as the control answers it.
    pub(crate) fn to_json(&self) -> Value {
        let counts = self.counts();
        json!({
            "requests": counts.requests.iter().map(Received::to_json).collect::<Vec<_>>(),
            "requests_total": counts.received,
            "completed": counts.completed,
            "aborted": counts.aborted,
            "cut_before_read": counts.cut_before_read,
            "connections_open": counts.connections_open,
            "connections_total": counts.connections_total,
            "follows": counts.follows,
            "tls_failures": counts.tls_failures,
        })
    }
}

impl Counts {
    fn meets(&self, goal: &Goal) -> bool {
        self.received >= goal.requests
            && self.completed >= goal.completed
            && self.aborted >= goal.aborted
            && self.follows >= goal.follows
            && !(goal.idle && self.connections_open > 0)
    }

    fn end(&mut self, index: u64, end: End) {
        match end {
            End::Completed => self.completed += 1,
            End::Aborted => self.aborted += 1,
            End::Cut => {}
        }
        // Requests are numbered without gaps, so the place follows from the first one kept.
        let first = self.requests.front().map_or(0, |request| request.index);
        let place = index
            .checked_sub(first)
            .and_then(|place| usize::try_from(place).ok());
        if let Some(request) = place.and_then(|place| self.requests.get_mut(place)) {
            request.end = Some(end);
        }
    }
}

impl Received {
    fn to_json(&self) -> Value {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        json!({
            "index": self.index,
            "connection": self.connection,
            "method": self.head.method.as_str(),
            "target": self.head.uri.to_string(),
            "path": self.head.uri.path(),
            "query": self.head.uri.query().unwrap_or_default(),
            "headers": self.head.headers.iter()
                .map(|(name, value)| (name.as_str(), text(value.as_bytes())))
                .collect::<Vec<_>>(),
            "body": text(&self.body),
            "completed": self.end == Some(End::Completed),
            "aborted": self.end == Some(End::Aborted),
        })
    }
}

/// A request that has no end yet. Dropping it means that the client went away.
#[derive(Debug)]
pub(crate) struct InFlight {
    record: Option<Arc<Record>>,
    index: u64,
}

impl InFlight {
    pub(crate) fn end(&mut self, end: End) {
        if let Some(record) = self.record.take() {
            record.change(|counts| counts.end(self.index, end));
        }
    }
}

impl Drop for InFlight {
    fn drop(&mut self) {
        self.end(End::Aborted);
    }
}

/// An open connection.
#[derive(Debug)]
pub(crate) struct Open {
    record: Arc<Record>,
    number: u64,
}

impl Open {
    /// Which connection of its world this is, from 0.
    pub(crate) fn number(&self) -> u64 {
        self.number
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        self.record.change(|counts| counts.connections_open -= 1);
    }
}

/// An open stream of events.
#[derive(Debug)]
pub(crate) struct Following(Arc<Record>);

impl Drop for Following {
    fn drop(&mut self) {
        self.0.change(|counts| counts.follows -= 1);
    }
}
