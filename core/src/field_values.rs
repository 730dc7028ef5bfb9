//! What a person enters into fields.

use std::fmt;

use indexmap::IndexMap;
use serde::{Deserialize, Deserializer, Serialize};

use crate::Secret;
use crate::field::Field;

/// Values by the name of their field, in the order given: passwords and codes among them.
///
/// Prints names only.
#[derive(Clone, Default, PartialEq, Serialize)]
#[serde(transparent)]
pub struct FieldValues(IndexMap<String, Secret>);

impl FieldValues {
    /// Sets the value of a field.
    pub fn insert(&mut self, name: impl Into<String>, value: impl Into<Secret>) {
        self.0.insert(name.into(), value.into());
    }

    /// The value of a field.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Secret> {
        self.0.get(name)
    }

    /// The names of the fields.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl<N: Into<String>, V: Into<Secret>> FromIterator<(N, V)> for FieldValues {
    fn from_iter<I: IntoIterator<Item = (N, V)>>(values: I) -> Self {
        let pair = |(name, value): (N, V)| (name.into(), value.into());
        Self(values.into_iter().map(pair).collect())
    }
}

impl<N: Into<String>, V: Into<Secret>, const COUNT: usize> From<[(N, V); COUNT]> for FieldValues {
    fn from(values: [(N, V); COUNT]) -> Self {
        values.into_iter().collect()
    }
}

impl IntoIterator for FieldValues {
    type Item = (String, Secret);
    type IntoIter = indexmap::map::IntoIter<String, Secret>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl Field for FieldValues {}

impl fmt::Debug for FieldValues {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

impl<'de> Deserialize<'de> for FieldValues {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        IndexMap::deserialize(deserializer).map(Self)
    }
}
