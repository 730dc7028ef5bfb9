//! What the API says that this version does not know.

use std::fmt;
use std::ops::Deref;
use std::sync::LazyLock;

use serde::{Deserialize, Serialize, Serializer};
use serde_json::{Map, Value};

use crate::field::Nulls;

/// The fields of an answer that this version has no name for, in the order they came.
///
/// Prints their names only: nobody can know whether a new field is a secret.
#[derive(Clone, Default)]
pub struct Extra(Option<Box<Kept>>);

/// In a box of its own: most answers have none of it, models hold models, and all of them are moved.
#[derive(Clone, Default)]
struct Kept {
    fields: Map<String, Value>,
    nulls: Nulls,
}

static NOTHING: LazyLock<Map<String, Value>> = LazyLock::new(Map::new);

impl Extra {
    /// Whether this field of the model came as null, where the model says `None`: then it is written as null again.
    /// Otherwise it did not come at all.
    #[must_use]
    pub fn is_null(&self, field: &str) -> bool {
        self.0.as_ref().is_some_and(|kept| kept.nulls.has(field))
    }

    /// The same for the field at this place of the model.
    pub(crate) fn is_null_at(&self, place: usize, field: &str) -> bool {
        (self.0.as_ref()).is_some_and(|kept| kept.nulls.has_at(place, field))
    }

    pub(crate) fn insert(&mut self, name: String, value: Value) {
        self.0.get_or_insert_default().fields.insert(name, value);
    }

    pub(crate) fn with_nulls(mut self, nulls: Nulls) -> Self {
        if !nulls.is_empty() {
            self.0.get_or_insert_default().nulls = nulls;
        }
        self
    }
}

/// Null and nothing mean the same, and so are equal.
impl PartialEq for Extra {
    fn eq(&self, other: &Self) -> bool {
        **self == **other
    }
}

impl Deref for Extra {
    type Target = Map<String, Value>;

    fn deref(&self) -> &Self::Target {
        self.0.as_ref().map_or(&NOTHING, |kept| &kept.fields)
    }
}

impl fmt::Debug for Extra {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.keys()).finish()
    }
}

impl Serialize for Extra {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        (**self).serialize(serializer)
    }
}

impl IntoIterator for Extra {
    type Item = (String, Value);
    type IntoIter = serde_json::map::IntoIter;

    fn into_iter(self) -> Self::IntoIter {
        self.0
            .map(|kept| kept.fields)
            .unwrap_or_default()
            .into_iter()
    }
}

impl FromIterator<(String, Value)> for Extra {
    fn from_iter<I: IntoIterator<Item = (String, Value)>>(fields: I) -> Self {
        let mut extra = Self::default();
        for (name, value) in fields {
            extra.insert(name, value);
        }
        extra
    }
}

/// A value of a kind that this version does not know, whole.
///
/// Prints what type of JSON it is: nobody can know whether it holds a secret.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Unrecognized(Value);

impl Deref for Unrecognized {
    type Target = Value;

    fn deref(&self) -> &Self::Target {
        &self.0
    }
}

impl From<Value> for Unrecognized {
    fn from(value: Value) -> Self {
        Self(value)
    }
}

impl fmt::Debug for Unrecognized {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Value::Object(fields) => f.debug_set().entries(fields.keys()).finish(),
            Value::Array(_) => f.write_str("[...]"),
            _ => f.write_str("..."),
        }
    }
}
