//! Expectations that must not hold where another does: what proves that each part of an expectation can fail.

use anyhow::Result;
use serde_json::{Value, json};

use crate::expectation::Expect;

/// Every expectation that differs from this one in one place, with that place. Nothing in it may hold of what the
/// original holds of.
///
/// # Errors
/// When a changed expectation cannot be read.
pub fn mutations(expect: &Value, language: &str) -> Result<Vec<(String, Expect)>> {
    let mut found = Vec::new();
    places(expect, String::new(), language, &mut found);
    found
        .into_iter()
        .map(|(place, wrong)| {
            let mut changed = expect.clone();
            if let Some(target) = changed.pointer_mut(&place) {
                *target = wrong;
            }
            Ok((place, serde_json::from_value(changed)?))
        })
        .collect()
}

/// The places of a value, as JSON pointers, with a wrong value for each.
fn places(value: &Value, at: String, language: &str, found: &mut Vec<(String, Value)>) {
    // Texts that never show are no part of what is compared.
    if at == "/never_printed" {
        return;
    }
    match value {
        Value::Object(fields) => {
            let matcher = fields.keys().next().filter(|name| name.starts_with('$'));
            match matcher.map(String::as_str) {
                Some("$lang") => {
                    let general = language.split('-').next().unwrap_or_default();
                    for name in [language, general] {
                        if let Some(own) = value.pointer(&format!("/$lang/{name}")) {
                            places(own, format!("{at}/$lang/{name}"), language, found);
                            break;
                        }
                    }
                }
                Some(_) => found.extend(other_matcher(value).map(|wrong| (at, wrong))),
                // By language, without the others having to be named.
                None if at == "/error/text" => {
                    if let Some(own) = fields.get(language) {
                        places(own, format!("{at}/{language}"), language, found);
                    }
                }
                None => {
                    // A body is compared whole, and any other object must at least be one.
                    if at.starts_with("/requests") && at.ends_with("/body") {
                        let mut more = fields.clone();
                        more.insert("~".to_owned(), Value::Null);
                        found.push((at.clone(), more.into()));
                    } else if fields.is_empty() && !at.starts_with("/requests") {
                        found.push((at.clone(), json!(1)));
                    }
                    for (name, field) in fields {
                        let name = name.replace('~', "~0").replace('/', "~1");
                        places(field, format!("{at}/{name}"), language, found);
                    }
                }
            }
        }
        Value::Array(items) => {
            // Lists of parts are no longer wrong with a part less.
            if !at.ends_with("_contains") {
                let mut longer = items.clone();
                longer.push(json!({}));
                found.push((at.clone(), longer.into()));
            }
            for (place, item) in items.iter().enumerate() {
                places(item, format!("{at}/{place}"), language, found);
            }
        }
        Value::Bool(yes) => found.push((at, (!yes).into())),
        // Where a count is expected only whole numbers can be read.
        Value::Number(number) => found.push((
            at,
            match number.as_i64() {
                Some(whole) => (whole + 1).into(),
                None => number.as_f64().map(|number| number + 1.0).into(),
            },
        )),
        Value::String(text) => found.push((at, format!("{text}~").into())),
        Value::Null if at == "/result" => found.push((at, json!(1))),
        Value::Null => found.push((at, json!("~"))),
    }
}

fn other_matcher(value: &Value) -> Option<Value> {
    let (name, wanted) = value.as_object()?.iter().next()?;
    Some(match (name.as_str(), wanted) {
        ("$type", Value::String(kind)) if kind == "number" => json!({ "$type": "string" }),
        ("$type", _) => json!({ "$type": "number" }),
        ("$absent", _) => json!({ "$type": "object" }),
        ("$contains", Value::String(part)) => json!({ "$contains": format!("{part}~~") }),
        ("$matches", _) => json!({ "$matches": "^~~$" }),
        ("$instant", _) => json!({ "$instant": "1970-01-01T00:00:01Z" }),
        ("$max", _) => json!({ "$max": -1 }),
        _ => return None,
    })
}
