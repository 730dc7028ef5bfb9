//! Points in time as the API writes them.

use std::fmt;
use std::str::FromStr;
use std::time::SystemTime;

use serde::de::{self, Unexpected, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// 0001-01-01T00:00:00Z.
const FIRST: jiff::Timestamp = jiff::Timestamp::constant(-62_135_596_800, 0);

/// A point in time. Prints as the API wrote it (RFC 3339).
#[derive(Clone, Debug)]
pub struct Timestamp {
    text: Box<str>,
    instant: jiff::Timestamp,
}

impl Timestamp {
    /// The text as the API wrote it, for example `2026-11-05T20:00:00Z`.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Microseconds since 1970-01-01T00:00:00Z, negative before it.
    #[must_use]
    pub fn unix_micros(&self) -> i64 {
        self.instant.as_microsecond()
    }

    #[cfg(feature = "python")]
    pub(crate) fn instant(&self) -> jiff::Timestamp {
        self.instant
    }

    /// The same point on the system's clock.
    #[must_use]
    pub fn to_system_time(&self) -> SystemTime {
        self.instant.into()
    }
}

/// Equal when they are the same point in time, however it was written.
impl PartialEq for Timestamp {
    fn eq(&self, other: &Self) -> bool {
        self.instant == other.instant
    }
}

impl Eq for Timestamp {}

impl PartialOrd for Timestamp {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Timestamp {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.instant.cmp(&other.instant)
    }
}

impl std::hash::Hash for Timestamp {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.instant.hash(state);
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl From<Timestamp> for SystemTime {
    fn from(timestamp: Timestamp) -> Self {
        timestamp.to_system_time()
    }
}

impl TryFrom<SystemTime> for Timestamp {
    type Error = TimestampError;

    fn try_from(time: SystemTime) -> Result<Self, TimestampError> {
        let instant = jiff::Timestamp::try_from(time).map_err(|_| TimestampError)?;
        Ok(Self {
            text: instant.to_string().into(),
            instant,
        })
    }
}

impl FromStr for Timestamp {
    type Err = TimestampError;

    fn from_str(text: &str) -> Result<Self, TimestampError> {
        // Python's and Swift's dates begin with the year 1, and a zone's name says nothing that the offset does not.
        let instant: jiff::Timestamp = text.parse().map_err(|_| TimestampError)?;
        if instant < FIRST || text.contains('[') {
            return Err(TimestampError);
        }
        Ok(Self {
            text: text.into(),
            instant,
        })
    }
}

/// Not a date and time of RFC 3339, or one beyond the years 1 to 9999.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TimestampError;

impl fmt::Display for TimestampError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not an RFC 3339 date and time")
    }
}

impl std::error::Error for TimestampError {}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.text)
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Text;

        impl Visitor<'_> for Text {
            type Value = Timestamp;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an RFC 3339 date and time")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Timestamp, E> {
                text.parse()
                    .map_err(|_| E::invalid_value(Unexpected::Str(text), &self))
            }
        }

        deserializer.deserialize_str(Text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_timestamp_keeps_its_text_and_its_instant() {
        let utc: Timestamp = "2026-11-05T20:00:00Z".parse().unwrap();
        let elsewhere: Timestamp = "2026-11-05T22:00:00.000+02:00".parse().unwrap();
        assert_eq!(utc, elsewhere);
        assert_eq!(utc.unix_micros(), 1_793_908_800_000_000);
        assert_eq!(elsewhere.to_string(), "2026-11-05T22:00:00.000+02:00");
        assert_eq!(Timestamp::try_from(utc.to_system_time()), Ok(utc));
    }

    #[test]
    fn other_texts_are_refused() {
        for text in [
            "",
            "soon",
            "2026-11-05",
            "2026-11-05T20:00:00",
            "2026-13-05T20:00:00Z",
            "2026-11-05T20:00:00+02:00[Europe/Paris]",
            "-000001-01-01T00:00:00Z",
            "0000-12-31T23:59:59Z",
            "1793908800",
        ] {
            assert_eq!(text.parse::<Timestamp>(), Err(TimestampError), "{text}");
        }
    }
}
