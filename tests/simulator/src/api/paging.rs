//! Lists in pages, and the queries that ask for one.

use percent_encoding::percent_decode_str;
use serde_json::Value;

use crate::answer::Problem;
use crate::edition::Edition;

const DEFAULT_LIMIT: u64 = 20;
const LARGEST_LIMIT: u64 = 100;

/// The parameters of a query, decoded.
pub(super) struct Query(Vec<(String, String)>);

impl Query {
    pub(super) fn of(query: Option<&str>) -> Self {
        let decode = |text: &str| {
            let text = text.replace('+', " ");
            percent_decode_str(&text).decode_utf8_lossy().into_owned()
        };
        let pairs = query.unwrap_or_default().split('&');
        let pairs = pairs.filter(|pair| !pair.is_empty()).map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            (decode(name), decode(value))
        });
        Self(pairs.collect())
    }

    /// A parameter; an empty one counts as left out.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        let (_, value) = self.0.iter().find(|(known, _)| known == name)?;
        Some(value.as_str()).filter(|value| !value.is_empty())
    }

    /// A whole number in a range. The document of July 2026 has no status to refuse a list with, so there a number
    /// out of range gives way to the nearest one in it, and anything else to the default.
    fn number(
        &self,
        name: &str,
        (least, most): (u64, u64),
        edition: Edition,
    ) -> Result<Option<u64>, Problem> {
        let Some(text) = self.get(name) else {
            return Ok(None);
        };
        let given = text.parse::<i128>().ok();
        let nearest = given
            .map(|number| number.clamp(least.into(), most.into()))
            .and_then(|number| u64::try_from(number).ok());
        let exact = nearest.map(i128::from) == given && given.is_some();
        if exact || !edition.is_newest() {
            return Ok(nearest);
        }
        let range = if most == u64::MAX {
            format!("from {least} on")
        } else {
            format!("from {least} to {most}")
        };
        let message = format!("{name} must be a whole number {range}");
        Err(Problem::bad_request(message))
    }
}

/// Which part of a list is asked for.
pub(super) struct Window {
    limit: usize,
    offset: usize,
}

/// A part of a list.
pub(super) struct Page {
    pub(super) items: Vec<Value>,
    pub(super) has_more: bool,
    /// Where the next part starts; 0 when there is none.
    pub(super) next_offset: usize,
}

impl Window {
    pub(super) fn of(query: &Query, edition: Edition) -> Result<Self, Problem> {
        let limit = query.number("limit", (1, LARGEST_LIMIT), edition)?;
        let offset = query.number("offset", (0, u64::MAX), edition)?;
        let size = |number: u64| usize::try_from(number).unwrap_or(usize::MAX);
        Ok(Self {
            limit: size(limit.unwrap_or(DEFAULT_LIMIT)),
            offset: size(offset.unwrap_or(0)),
        })
    }

    /// Cuts the part out of `all`.
    pub(super) fn cut<T>(&self, all: impl Iterator<Item = T>, show: impl Fn(T) -> Value) -> Page {
        let mut rest = all.skip(self.offset);
        let items: Vec<_> = rest.by_ref().take(self.limit).map(show).collect();
        let has_more = rest.next().is_some();
        let next_offset = if has_more {
            self.offset.saturating_add(items.len())
        } else {
            0
        };
        Page {
            items,
            has_more,
            next_offset,
        }
    }
}
