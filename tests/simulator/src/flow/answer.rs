//! What somebody submits, held against what is asked.

use serde_json::{Map, Value};

use super::view;
use crate::edition::Edition;
use crate::script::{Choice, Forms, Prompt};

/// A submission that fits the prompt.
#[derive(Debug)]
pub(super) enum Answer<'a> {
    /// Values by the places of their fields.
    Values(Vec<(usize, String)>),
    Choice(&'a Choice),
}

/// Why a submission cannot be taken.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// There is nothing in it.
    Nothing,
    /// Nobody is asked anything now.
    NotAsked,
    /// It does not fit what is asked.
    Unfit(String),
}

/// What is asked at the moment.
#[derive(Debug)]
pub(super) struct Question<'a> {
    pub(super) prompt: &'a Prompt,
    pub(super) interaction_id: &'a str,
    pub(super) forms: Forms,
    pub(super) edition: Edition,
}

/// The ways to answer, and whether they are canonical.
const WAYS: [(&str, bool); 7] = [
    ("field_values", true),
    ("selected_choice_id", true),
    ("fields", false),
    ("mfa_option_id", false),
    ("sign_in_option_id", false),
    ("sso_button_selector", false),
    ("sso_provider", false),
];

impl<'a> Question<'a> {
    /// Reads the body of a submission, whose fields have the right types.
    pub(super) fn read(&self, body: &Map<String, Value>) -> Result<Answer<'a>, Refusal> {
        let mut given = WAYS.iter().filter_map(|(way, canonical)| {
            let value = body.get(*way)?;
            let empty = value.as_object().is_some_and(Map::is_empty);
            (!empty).then_some((*way, *canonical, value))
        });
        let (way, canonical, value) = given.next().ok_or(Refusal::Nothing)?;
        if let Some((other, ..)) = given.next() {
            return Err(Refusal::Unfit(format!("submit either {way} or {other}")));
        }
        self.check_interaction(body.get("interaction_id"), way, canonical)
            .and_then(|()| self.check_form(way, canonical))
            .and_then(|()| match value {
                Value::Object(values) => self.values(values, canonical),
                value => self.choice(way, value.as_str().unwrap_or_default()),
            })
            .map_err(Refusal::Unfit)
    }

    fn check_interaction(
        &self,
        given: Option<&Value>,
        way: &str,
        canonical: bool,
    ) -> Result<(), String> {
        match given.and_then(Value::as_str) {
            Some(id) if id == self.interaction_id => Ok(()),
            Some(_) => Err("interaction_id is not the current one".to_owned()),
            None if canonical && self.edition.is_newest() => {
                Err(format!("{way} needs the current interaction_id"))
            }
            None => Ok(()),
        }
    }

    fn check_form(&self, way: &str, canonical: bool) -> Result<(), String> {
        match (self.forms, canonical) {
            (Forms::Legacy, true) => Err(format!("{way}: this login has the legacy form only")),
            (Forms::Canonical, false) => {
                Err(format!("{way}: this login has the canonical form only"))
            }
            _ => Ok(()),
        }
    }

    fn values(&self, values: &Map<String, Value>, canonical: bool) -> Result<Answer<'a>, String> {
        let names: Vec<_> = self
            .prompt
            .fields
            .iter()
            .map(|field| {
                if canonical {
                    &field.id
                } else {
                    &field.reference
                }
            })
            .collect();
        let mut answer = Vec::with_capacity(values.len());
        for (name, value) in values {
            let place = names
                .iter()
                .position(|known| *known == name)
                .ok_or_else(|| format!("there is no field {name:?} to fill in"))?;
            answer.push((place, value.as_str().unwrap_or_default().to_owned()));
        }
        for (field, name) in self.prompt.fields.iter().zip(names) {
            let value = values.get(name).and_then(Value::as_str);
            if field.required && value.is_none_or(str::is_empty) {
                return Err(format!("field {name:?} needs a value"));
            }
        }
        Ok(Answer::Values(answer))
    }

    fn choice(&self, way: &str, id: &str) -> Result<Answer<'a>, String> {
        let fits = |choice: &&Choice| match way {
            "mfa_option_id" => {
                let kind = serde_json::to_value(choice.mfa_type).unwrap_or_default();
                view::is_mfa_option(choice) && kind.as_str() == Some(id)
            }
            "sign_in_option_id" => view::is_sign_in_option(choice) && choice.id == id,
            "sso_button_selector" => {
                view::is_sso_button(choice) && view::sso_selector(choice) == id
            }
            "sso_provider" => view::is_sso_button(choice) && choice.id == id,
            _ => choice.id == id,
        };
        self.prompt
            .choices
            .iter()
            .find(fits)
            .map(Answer::Choice)
            .ok_or_else(|| format!("{way}: there is no choice {id:?}"))
    }
}
