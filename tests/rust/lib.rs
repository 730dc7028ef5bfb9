//! Scenarios: what they say, and whether it holds. Knows no client; `tests/README.md` has the format.

mod expectation;
mod matcher;
mod scenario;

pub use expectation::{Expect, Outcome, Seen};
pub use matcher::{check, differences, field};
pub use scenario::{Call, Cancel, File, Good, Scenario, load};
