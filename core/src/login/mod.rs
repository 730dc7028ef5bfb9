//! A login from its start to its end: what a program would otherwise write by hand.

#[cfg_attr(
    not(feature = "host"),
    expect(dead_code, unreachable_pub, reason = "bindings need all of it")
)]
mod flow;
mod hosted;
mod input;
mod wait;

#[cfg(feature = "host")]
pub use flow::{Answers, FlowStep, LoginFlow, may_go_on};
pub use hosted::hosted_login_url;
pub use wait::{LoginAndWait, LoginWait, WaitForLogin};
