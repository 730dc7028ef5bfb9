//! The simulator over real sockets, spoken to byte by byte.

// All of this binary is tests and what they share: a surprise is a failed test.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used
)]

mod answers;
mod browsers;
mod client;
mod clock;
mod connections;
mod control;
mod crowd;
mod editions;
mod faults;
mod follow;
mod logins;
mod program;
mod record;
mod session;
mod submit;
mod tls;
