//! Swift: the client as an object, one method an endpoint.
//!
//! Everything here is internal to the Swift package; what a Swift program sees is written by hand in
//! `Sources/KernelClient`, and the models, which uniffi writes from core.
#![allow(unsafe_code)] // written by uniffi; by hand where it says so

uniffi::setup_scaffolding!();

mod call;
mod client;
mod crossing;
mod error;
mod events;
mod executor;
mod function;
mod hosted;
mod json;
mod login;
mod page;
mod pulled;
mod queue;
mod transport;
mod waiting;

pub(crate) use call::{NativeCall, NativeHeader};
pub(crate) use error::NativeError;
pub(crate) use events::NativeEvents;
pub(crate) use login::NativeLogin;
