#![doc = include_str!("../README.md")]
//!
//! | module | what it holds |
//! |---|---|
//! | [`models`] | what the API takes and gives |
//! | [`resources`] | one method an endpoint |
#![warn(clippy::print_stderr, clippy::print_stdout)] // a library does not write to other people's terminals
#![cfg_attr(any(feature = "python", feature = "swift"), allow(unsafe_code))] // written by the derives

#[cfg(feature = "swift")]
uniffi::setup_scaffolding!();

#[macro_use]
mod shape;

mod address;
mod answer;
mod arguments;
mod call;
#[cfg(any(feature = "host", test))]
mod check;
mod client;
#[cfg(feature = "describe")]
#[doc(hidden)]
pub mod describe;
mod error;
mod event_form;
#[cfg(any(feature = "host", test))]
mod event_text;
mod events;
mod extra;
mod field;
mod field_values;
mod headers;
#[cfg(feature = "host")]
#[doc(hidden)]
pub mod host;
mod language;
mod log;
mod login;
mod lost;
pub mod models;
mod options;
mod page;
mod patience;
mod plan;
#[cfg_attr(
    not(feature = "host"),
    expect(unreachable_pub, reason = "bindings ask, too")
)]
mod process;
#[cfg(feature = "python")]
mod python;
pub mod resources;
mod response;
mod retry;
mod runtime;
mod secret;
mod sent;
mod settings;
mod sse;
mod streaming;
#[cfg(feature = "swift")]
mod swift;
mod timeout;
mod timestamp;
mod transport;
mod untyped;

pub use answer::{Answer, Model};
pub use call::{Call, CallOptions};
pub use client::{Kernel, KernelBuilder};
pub use error::{Error, ErrorDetail, ErrorKind};
pub use events::Events;
pub use extra::{Extra, Unrecognized};
pub use field::OrNull;
pub use field_values::FieldValues;
pub use login::{LoginAndWait, LoginWait, WaitForLogin, hosted_login_url};
pub use options::{ClientOptions, Environment, Fields, Headers};
pub use page::{Items, Page, Pages};
pub use resources::ManagedAuthSession;
pub use response::Response;
pub use secret::Secret;
pub use sent::SentRequest;
pub use streaming::StreamingResponse;
pub use timeout::{Timeout, TimeoutParts};
pub use timestamp::{Timestamp, TimestampError};
pub use transport::{
    Streamed, TimeLeft, Transport, TransportBody, TransportError, TransportFuture,
};

// Their types are part of this crate's.
pub use {bytes, futures_core, http, serde_json};
