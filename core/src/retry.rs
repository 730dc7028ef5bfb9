//! Which failures are tried again, and how long to wait.

use std::time::{Duration, SystemTime};

use http::HeaderMap;

/// The longest wait that an answer may ask for.
const LONGEST: f64 = 60.0;

/// Whether a status is worth another attempt. 409 is final: what it clashes with will still be there.
pub(crate) fn is_worth_it(status: u16, headers: &HeaderMap) -> bool {
    match headers
        .get("x-should-retry")
        .map(http::HeaderValue::as_bytes)
    {
        Some(b"true") => true,
        Some(b"false") => false,
        _ => matches!(status, 408 | 429 | 500..),
    }
}

/// How long to wait before attempt number `attempt` + 1, the first being 0: what the answer asks for, or twice
/// as long each time, up to 8 s, less up to a quarter so that callers spread.
pub(crate) fn delay(attempt: u32, headers: Option<&HeaderMap>) -> Duration {
    let asked = headers.and_then(|headers| {
        let text = |name| headers.get(name)?.to_str().ok().map(str::trim);
        let millis = text("retry-after-ms")
            .and_then(|text| text.parse::<f64>().ok())
            .map(|millis| millis / 1000.0);
        let after = || {
            text("retry-after").and_then(|text| text.parse::<f64>().ok().or_else(|| until(text)))
        };
        millis
            .and_then(acceptable)
            .or_else(|| after().and_then(acceptable))
    });
    asked.unwrap_or_else(|| {
        let seconds = (0.5 * 2f64.powi(attempt.min(10).cast_signed())).min(8.0);
        Duration::from_secs_f64(seconds * (1.0 - 0.25 * fastrand::f64()))
    })
}

fn acceptable(seconds: f64) -> Option<Duration> {
    (seconds > 0.0 && seconds <= LONGEST).then(|| Duration::from_secs_f64(seconds))
}

fn until(date: &str) -> Option<f64> {
    let at = httpdate::parse_http_date(date).ok()?;
    at.duration_since(SystemTime::now())
        .ok()
        .map(|wait| wait.as_secs_f64())
}
