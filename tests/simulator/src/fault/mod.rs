//! Faults: what a world does instead of answering as the API would.

mod queue;
mod read;

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use hyper::StatusCode;
use hyper::header::{HeaderName, HeaderValue};
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::api::Operation;
use crate::chunk::Chunk;
use read::FaultSpec;

pub(crate) use queue::Faults;
pub(crate) use read::unhex;

/// A fault that makes sense.
#[derive(Debug, Deserialize)]
#[serde(try_from = "FaultSpec")]
pub(crate) struct Fault {
    /// The operation it waits for; any, if it does not say.
    on: Option<Operation>,
    times: u32,
    pub(crate) delay: Duration,
    pub(crate) act: Act,
}

/// What happens to the request.
#[derive(Debug)]
pub(crate) enum Act {
    /// The connection ends before the request is looked at.
    CutBeforeRead,
    /// The connection ends after the request was read.
    CutAfterRead {
        /// With a FIN instead of a RST.
        orderly: bool,
    },
    /// Nothing is ever answered.
    Stall,
    /// An answer goes out.
    Reply(Box<Reply>),
}

/// How an answer differs from the API's.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) base: Base,
    pub(crate) status: Option<StatusCode>,
    /// `None` removes a header.
    pub(crate) headers: Vec<(HeaderName, Option<HeaderValue>)>,
    pub(crate) padding: Option<Padding>,
    pub(crate) gzip: bool,
    pub(crate) ending: Ending,
    /// After how many events a stream comes to that ending; in the middle of the first one, if it does not say.
    pub(crate) events: Option<usize>,
}

/// How a stream ends early.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Halt {
    /// After how many events; `None`: in the middle of the first one.
    pub(crate) events: Option<usize>,
    /// Whether in an orderly way; `None`: not at all, it falls silent.
    pub(crate) cut: Option<bool>,
}

/// Where an answer starts from.
#[derive(Debug)]
pub(crate) enum Base {
    /// The API's own, with these fields over it when it succeeds.
    Api(Option<Map<String, Value>>),
    /// The API's error envelope for the status.
    Envelope,
    /// These bytes.
    Bytes(Bytes),
    /// A stream of these pieces.
    Chunks(Arc<[Chunk]>),
}

/// A body that is stretched to a size.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Padding {
    pub(crate) size: u64,
    /// With a `content-length` instead of chunks.
    pub(crate) announced: bool,
}

/// How far an answer gets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ending {
    Whole,
    /// Half of the body, then nothing until the client goes away.
    StallInBody,
    /// Half of the body, then the end of the connection.
    CutInBody {
        orderly: bool,
    },
    /// A few bytes of the status line and headers, then the end of the connection.
    CutInHeaders {
        orderly: bool,
    },
}

impl Reply {
    /// How a stream with this ending ends early.
    pub(crate) fn halt(&self) -> Option<Halt> {
        let cut = match self.ending {
            Ending::StallInBody => None,
            Ending::CutInBody { orderly } => Some(orderly),
            Ending::Whole | Ending::CutInHeaders { .. } => return None,
        };
        Some(Halt {
            events: self.events,
            cut,
        })
    }
}

impl Fault {
    /// Whether it is for a request of this operation.
    fn fits(&self, operation: Option<Operation>) -> bool {
        self.on.is_none() || self.on == operation
    }
}
