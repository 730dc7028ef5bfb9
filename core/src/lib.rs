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
mod arguments;
mod call;
mod client;
#[cfg(feature = "describe")]
#[doc(hidden)]
pub mod describe;
mod error;
mod extra;
mod field;
mod headers;
#[cfg(feature = "host")]
#[doc(hidden)]
pub mod host;
mod language;
mod log;
pub mod models;
mod options;
mod plan;
#[cfg(feature = "python")]
mod python;
pub mod resources;
mod response;
mod retry;
mod secret;
mod settings;
#[cfg(feature = "swift")]
mod swift;
mod timestamp;
mod transport;

pub use call::{Call, CallOptions};
pub use client::{Kernel, KernelBuilder};
pub use error::{Error, ErrorDetail, ErrorKind};
pub use extra::Extra;
pub use options::{ClientOptions, Environment, Fields, Headers};
pub use response::Response;
pub use secret::Secret;
pub use timestamp::{Timestamp, TimestampError};

// Their types are part of this crate's.
pub use {bytes, http, serde_json};
