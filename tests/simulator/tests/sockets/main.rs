//! The simulator over real sockets, spoken to byte by byte.

// All of this binary is tests and what they share: a surprise is a failed test.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used
)]

mod answers;
mod client;
mod control;
mod faults;
mod program;
mod record;
mod tls;
