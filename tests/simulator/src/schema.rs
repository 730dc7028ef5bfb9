//! Shapes of request bodies, and what is wrong with a body that has another one.

use serde_json::{Map, Value};

use crate::answer::Detail;

/// What a value may be.
pub(crate) enum Shape {
    /// `true` or `false`.
    Boolean,
    /// Any string.
    Text,
    /// One of these strings.
    Word(&'static [&'static str]),
    /// A list of the same shape.
    List(&'static Shape),
    /// An object.
    Object(&'static Object),
    /// An object or `null`.
    ObjectOrNull(&'static Object),
}

/// The fields an object may have.
pub(crate) struct Object {
    /// Field names and their shapes; all optional.
    pub(crate) fields: &'static [(&'static str, Shape)],
    /// When not empty, exactly one of these fields must be there.
    pub(crate) exactly_one: &'static [&'static str],
}

/// Checks one body.
pub(crate) struct Check {
    allow_unknown: bool,
    found: Vec<Detail>,
}

impl Check {
    /// With `allow_unknown`, fields that no shape names are let through.
    pub(crate) fn new(allow_unknown: bool) -> Self {
        Self {
            allow_unknown,
            found: Vec::new(),
        }
    }

    /// Everything that is wrong with `value`; empty when nothing is.
    pub(crate) fn object(mut self, value: &Map<String, Value>, object: &Object) -> Vec<Detail> {
        self.fields("", value, object);
        self.found
    }

    fn fields(&mut self, path: &str, value: &Map<String, Value>, object: &Object) {
        for (name, field) in value {
            let at = if path.is_empty() {
                name.clone()
            } else {
                format!("{path}.{name}")
            };
            match object.fields.iter().find(|(known, _)| known == name) {
                Some((_, shape)) => self.value(&at, field, shape),
                None if self.allow_unknown => {}
                None => self.report("unknown_field", format!("{at} is not a known field")),
            }
        }
        let one_of = object.exactly_one;
        if !one_of.is_empty()
            && value
                .keys()
                .filter(|name| one_of.contains(&name.as_str()))
                .count()
                != 1
        {
            self.report(
                "invalid_input",
                format!("{path} needs exactly one of {}", one_of.join(", ")),
            );
        }
    }

    fn value(&mut self, at: &str, value: &Value, shape: &Shape) {
        match (shape, value) {
            (Shape::Boolean, Value::Bool(_))
            | (Shape::Text, Value::String(_))
            | (Shape::ObjectOrNull(_), Value::Null) => {}
            (Shape::Word(words), Value::String(word)) => {
                if !words.contains(&word.as_str()) {
                    self.report(
                        "invalid_input",
                        format!("{at} must be one of {}", words.join(", ")),
                    );
                }
            }
            (Shape::List(shape), Value::Array(items)) => {
                for (index, item) in items.iter().enumerate() {
                    self.value(&format!("{at}[{index}]"), item, shape);
                }
            }
            (Shape::Object(object) | Shape::ObjectOrNull(object), Value::Object(value)) => {
                self.fields(at, value, object);
            }
            (shape, _) => self.report("invalid_type", format!("{at} must be {}", shape.noun())),
        }
    }

    fn report(&mut self, code: &'static str, message: String) {
        self.found.push(Detail { code, message });
    }
}

impl Shape {
    fn noun(&self) -> &'static str {
        match self {
            Self::Boolean => "a boolean",
            Self::Text | Self::Word(_) => "a string",
            Self::List(_) => "a list",
            Self::Object(_) => "an object",
            Self::ObjectOrNull(_) => "an object or null",
        }
    }
}
