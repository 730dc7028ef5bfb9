//! Who may call what.

use hyper::StatusCode;
use hyper::header::{AUTHORIZATION, HeaderMap};

use super::{Operation, no_connection};
use crate::answer::Problem;
use crate::world::World;

/// A key that the API knows and that may only read.
const READ_ONLY_KEY: &str = "sk_readonly";

/// Lets a caller through, or says why not.
pub(super) fn check(
    world: &World,
    headers: &HeaderMap,
    operation: Operation,
    id: &str,
) -> Result<(), Problem> {
    if operation == Operation::Exchange {
        // The hand-off code is all it takes.
        return Ok(());
    }
    let token = bearer(headers).unwrap_or_default();
    if world.accepts(token) || (token == READ_ONLY_KEY && reads(operation)) {
        return Ok(());
    }
    if token == READ_ONLY_KEY {
        return Err(Problem::of_status(StatusCode::FORBIDDEN));
    }
    let Some(session) = world.sessions().read(token, world.now()) else {
        return Err(Problem::of_status(StatusCode::UNAUTHORIZED));
    };
    match operation {
        Operation::Retrieve | Operation::Submit | Operation::Follow if session.connection == id => {
            Ok(())
        }
        // The others do not exist for this session.
        Operation::Retrieve | Operation::Submit | Operation::Follow => Err(no_connection(id)),
        _ => Err(Problem::of_status(StatusCode::FORBIDDEN)),
    }
}

fn reads(operation: Operation) -> bool {
    matches!(
        operation,
        Operation::List
            | Operation::Retrieve
            | Operation::Follow
            | Operation::Timeline
            | Operation::Context
    )
}

pub(super) fn bearer(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then_some(token)
}
