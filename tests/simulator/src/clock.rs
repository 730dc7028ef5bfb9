//! The clock of a world: it goes with the real one, can be moved forward, and can stand still.

use std::sync::atomic::{AtomicI64, Ordering::Relaxed};
use std::time::{Duration, Instant};

use jiff::{SignedDuration, Timestamp};

/// Tells a world what time it is.
#[derive(Debug)]
pub(crate) struct Clock {
    origin: Timestamp,
    /// `None`: time stands still unless it is moved.
    started: Option<Instant>,
    moved_ms: AtomicI64,
}

impl Clock {
    /// A clock that starts at `origin`, or at the real time.
    pub(crate) fn new(origin: Option<Timestamp>, frozen: bool) -> Self {
        Self {
            origin: origin.unwrap_or_else(Timestamp::now),
            started: (!frozen).then(Instant::now),
            moved_ms: AtomicI64::new(0),
        }
    }

    pub(crate) fn now(&self) -> Timestamp {
        let passed = self
            .started
            .map_or(Duration::ZERO, |started| started.elapsed());
        let passed = SignedDuration::try_from(passed).unwrap_or(SignedDuration::MAX);
        let moved = SignedDuration::from_millis(self.moved_ms.load(Relaxed));
        later(self.origin, passed.saturating_add(moved))
    }

    /// Moves the clock forward.
    pub(crate) fn advance(&self, ms: u64) {
        let ms = i64::try_from(ms).unwrap_or(i64::MAX);
        let moved = self.moved_ms.load(Relaxed).saturating_add(ms);
        self.moved_ms.store(moved, Relaxed);
    }

    /// How long the real clock takes until this one reads `instant`; `None` when it stands still.
    pub(crate) fn until(&self, instant: Timestamp) -> Option<Duration> {
        self.started?;
        let left = instant.duration_since(self.now());
        Some(Duration::try_from(left).unwrap_or(Duration::ZERO))
    }
}

/// The instant `span` after `instant`, or the last one there is.
pub(crate) fn later(instant: Timestamp, span: SignedDuration) -> Timestamp {
    instant.checked_add(span).unwrap_or(Timestamp::MAX)
}

/// An instant as the API writes it.
pub(crate) fn text(instant: Timestamp) -> String {
    instant.strftime("%Y-%m-%dT%H:%M:%S.%3fZ").to_string()
}

/// An instant as HTTP headers have it.
pub(crate) fn http_date(instant: Timestamp) -> String {
    instant.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string()
}
