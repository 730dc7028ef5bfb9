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

#[cfg(test)]
mod tests {
    use std::ops::RangeInclusive;

    use http::HeaderValue;

    use super::*;

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        pairs
            .iter()
            .map(|(name, value)| {
                (
                    (*name).parse().unwrap(),
                    HeaderValue::from_str(value).unwrap(),
                )
            })
            .collect()
    }

    fn assert_waits(attempt: u32, pairs: &[(&'static str, &str)], expected: RangeInclusive<f64>) {
        let wait = delay(attempt, Some(&headers(pairs))).as_secs_f64();
        assert!(expected.contains(&wait), "{attempt} {pairs:?}: {wait}");
    }

    /// The first wait that nobody asks for.
    const FIRST: RangeInclusive<f64> = 0.375..=0.5;

    #[test]
    fn an_answer_may_ask_for_up_to_a_minute() {
        assert_waits(0, &[("retry-after", "20")], 20.0..=20.0);
        assert_waits(0, &[("retry-after", " 1.5 ")], 1.5..=1.5);
        assert_waits(0, &[("retry-after", "60")], 60.0..=60.0);
        assert_waits(
            0,
            &[("retry-after-ms", "250"), ("retry-after", "20")],
            0.25..=0.25,
        );
        for unusable in [
            "0",
            "-10",
            "60.1",
            "61",
            "",
            "99999999999999999999",
            "Zun, 29 Sep 2024",
            "1x",
            "nan",
            "inf",
        ] {
            assert_waits(0, &[("retry-after", unusable)], FIRST);
            assert_waits(
                0,
                &[("retry-after-ms", unusable), ("retry-after", "7")],
                match unusable {
                    "60.1" | "61" => 0.06..=0.07,
                    _ => 7.0..=7.0,
                },
            );
        }
    }

    #[test]
    fn an_answer_may_ask_by_date() {
        let at = |seconds: i64| {
            let now = SystemTime::now();
            let wait = Duration::from_secs(seconds.unsigned_abs());
            httpdate::fmt_http_date(if seconds < 0 { now - wait } else { now + wait })
        };
        // HTTP dates are whole seconds.
        assert_waits(0, &[("retry-after", &at(20))], 18.0..=20.0);
        for unusable in [at(62), at(-1), at(-3600)] {
            assert_waits(0, &[("retry-after", &unusable)], FIRST);
        }
    }

    #[test]
    fn waits_double_up_to_eight_seconds() {
        for (attempt, longest) in [
            (0, 0.5),
            (1, 1.0),
            (2, 2.0),
            (3, 4.0),
            (4, 8.0),
            (5, 8.0),
            (u32::MAX, 8.0),
        ] {
            assert_waits(attempt, &[], 0.75 * longest..=longest);
        }
    }

    #[test]
    fn the_api_has_the_last_word_on_retries() {
        let asked = |status, value: Option<&str>| {
            let pairs: Vec<_> = value
                .into_iter()
                .map(|value| ("x-should-retry", value))
                .collect();
            is_worth_it(status, &headers(&pairs))
        };
        for status in [408, 429, 500, 503, 529] {
            assert!(
                asked(status, None) && asked(status, Some("TRUE")) && !asked(status, Some("false")),
                "{status}"
            );
        }
        for status in [302, 400, 401, 404, 409, 422] {
            assert!(
                !asked(status, None) && !asked(status, Some("yes")) && asked(status, Some("true")),
                "{status}"
            );
        }
    }
}
