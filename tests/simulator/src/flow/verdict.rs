//! Whether an answer is right.

use super::answer::Answer;
use super::failure::Failure;
use crate::script::{Choice, FieldType, Prompt};

/// What comes of an answer.
pub(super) enum Verdict<'a> {
    Chosen(&'a Choice),
    Right,
    /// These fields were wrong.
    Wrong(Vec<usize>),
    /// Wrong once too often.
    WrongForTheLastTime,
}

/// Judges an answer after so many wrong ones.
pub(super) fn on<'a>(prompt: &'a Prompt, answer: &Answer<'a>, wrong_before: u32) -> Verdict<'a> {
    let values = match answer {
        Answer::Choice(choice) => return Verdict::Chosen(choice),
        Answer::Values(values) => values,
    };
    let rejected = if wrong_before < prompt.reject_first {
        secrets(prompt)
    } else {
        wrong_fields(prompt, values)
    };
    let last = prompt
        .attempts
        .is_some_and(|attempts| wrong_before + 1 >= attempts);
    match (rejected.is_empty(), last) {
        (true, _) => Verdict::Right,
        (false, false) => Verdict::Wrong(rejected),
        (false, true) => Verdict::WrongForTheLastTime,
    }
}

/// What a website that refuses an answer for good says.
pub(super) fn refused(prompt: &Prompt) -> Failure {
    Failure::new("credentials_invalid", None, Some(&prompt.rejected))
}

fn wrong_fields(prompt: &Prompt, values: &[(usize, String)]) -> Vec<usize> {
    let is_wrong = |place: usize, value: &str| {
        let field = prompt.fields.get(place);
        // What is not required may stay empty.
        field.is_some_and(|field| {
            let skipped = value.is_empty() && !field.required;
            !skipped && !field.accept.holds(value)
        })
    };
    let wrong = values
        .iter()
        .filter(|(place, value)| is_wrong(*place, value));
    wrong.map(|(place, _)| *place).collect()
}

/// The fields that an answer gets wrong when it has to be.
fn secrets(prompt: &Prompt) -> Vec<usize> {
    let secret = |kind| !matches!(kind, FieldType::Identifier | FieldType::Text);
    let fields = prompt.fields.iter().enumerate();
    let secrets: Vec<_> = fields
        .filter(|(_, field)| secret(field.kind))
        .map(|(place, _)| place)
        .collect();
    if secrets.is_empty() {
        (0..prompt.fields.len()).collect()
    } else {
        secrets
    }
}
