//! Scenarios: what they say, the worlds they happen in, and whether they hold. Knows no client; `tests/README.md`
//! has the format.

mod expectation;
mod matcher;
mod mutation;
mod scenario;
mod world;

pub use expectation::{Expect, Outcome, Seen};
pub use matcher::{check, differences, field};
pub use mutation::mutations;
pub use scenario::{Call, Cancel, Change, Collect, File, Good, Scenario, Step, after, load};
pub use world::{Control, World};
