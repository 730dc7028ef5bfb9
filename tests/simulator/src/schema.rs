//! Shapes of request bodies, and what is wrong with a body that has another one.

use hyper::Uri;
use serde_json::{Map, Value};

use crate::answer::Detail;

/// What a value may be.
pub(crate) enum Shape {
    /// `true` or `false`.
    Boolean,
    /// A whole number from the first to the second of these.
    Integer(u32, u32),
    /// Any string.
    Text,
    /// A string that is not blank.
    Name,
    /// An absolute URL of the web.
    Url,
    /// An absolute URL of the web, or `""`.
    UrlOrEmpty,
    /// One of these strings.
    Word(&'static [&'static str]),
    /// A list of the same shape.
    List(&'static Shape),
    /// An object with any names, and strings for values.
    Texts,
    /// An object.
    Object(&'static Object),
    /// An object or `null`.
    ObjectOrNull(&'static Object),
}

/// The fields an object may have.
pub(crate) struct Object {
    /// Field names and their shapes.
    pub(crate) fields: &'static [(&'static str, Shape)],
    /// The fields that must be there.
    pub(crate) required: &'static [&'static str],
    pub(crate) rule: Rule,
}

/// Which fields of an object go together.
pub(crate) enum Rule {
    /// All of them.
    Any,
    /// Exactly one of these must be there.
    ExactlyOne(&'static [&'static str]),
    /// The fields that are there must be one of these sets.
    OneSet(&'static [&'static [&'static str]]),
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
        let at = |name: &str| {
            if path.is_empty() {
                name.to_owned()
            } else {
                format!("{path}.{name}")
            }
        };
        for (name, field) in value {
            match object.fields.iter().find(|(known, _)| known == name) {
                Some((_, shape)) => self.value(&at(name), field, shape),
                None if self.allow_unknown => {}
                None => {
                    let message = format!("{} is not a known field", at(name));
                    self.report("unknown_field", message);
                }
            }
        }
        for name in object.required {
            if !value.contains_key(*name) {
                self.report("missing_field", format!("{} is missing", at(name)));
            }
        }
        self.rule(path, value, &object.rule);
    }

    fn rule(&mut self, path: &str, value: &Map<String, Value>, rule: &Rule) {
        let given = |names: &[&str]| {
            let given = names.iter().filter(|name| value.contains_key(**name));
            given.count()
        };
        let message = match rule {
            Rule::ExactlyOne(names) if given(names) != 1 => {
                format!("{path} needs exactly one of {}", names.join(", "))
            }
            Rule::OneSet(sets)
                if !sets
                    .iter()
                    .any(|set| given(set) == set.len() && value.len() == set.len()) =>
            {
                let sets: Vec<_> = sets.iter().map(|set| set.join(" and ")).collect();
                format!("{path} needs either {}", sets.join(", or "))
            }
            _ => return,
        };
        self.report("invalid_input", message);
    }

    fn value(&mut self, at: &str, value: &Value, shape: &Shape) {
        match (shape, value) {
            (Shape::Boolean, Value::Bool(_))
            | (Shape::Text, Value::String(_))
            | (Shape::ObjectOrNull(_), Value::Null) => {}
            (Shape::Integer(least, most), Value::Number(number)) if is_whole(number) => {
                let range = f64::from(*least)..=f64::from(*most);
                if !number
                    .as_f64()
                    .is_some_and(|number| range.contains(&number))
                {
                    let message = format!("{at} must be from {least} to {most}");
                    self.report("invalid_input", message);
                }
            }
            (Shape::Name, Value::String(text)) => {
                if text.trim().is_empty() {
                    self.report("invalid_input", format!("{at} must not be blank"));
                }
            }
            (Shape::UrlOrEmpty, Value::String(text)) if text.is_empty() => {}
            (Shape::Url | Shape::UrlOrEmpty, Value::String(text)) => {
                if !is_url(text) {
                    self.report("invalid_input", format!("{at} must be a URL"));
                }
            }
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
            (Shape::Texts, Value::Object(texts)) => {
                for (name, text) in texts {
                    self.value(&format!("{at}.{name}"), text, &Shape::Text);
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

fn is_whole(number: &serde_json::Number) -> bool {
    number.as_f64().is_some_and(|number| number.fract() == 0.0)
}

fn is_url(text: &str) -> bool {
    text.parse::<Uri>().is_ok_and(|url| {
        let web = matches!(url.scheme_str(), Some("http" | "https"));
        web && url.host().is_some_and(|host| !host.is_empty())
    })
}

impl Shape {
    fn noun(&self) -> &'static str {
        match self {
            Self::Boolean => "a boolean",
            Self::Integer(..) => "a whole number",
            Self::Text | Self::Name | Self::Url | Self::UrlOrEmpty | Self::Word(_) => "a string",
            Self::List(_) => "a list",
            Self::Texts | Self::Object(_) => "an object",
            Self::ObjectOrNull(_) => "an object or null",
        }
    }
}
