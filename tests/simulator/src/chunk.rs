//! Streams that somebody wrote down piece by piece.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use hyper::header::{CONTENT_TYPE, HeaderName, HeaderValue};
use serde::Deserialize;
use tokio::sync::mpsc;

use crate::fault::{Halt, unhex};
use crate::payload::Piece;

/// What tells a client how the data of a stream is written.
const SSE_CONTENT_TYPE: HeaderName = HeaderName::from_static("x-sse-content-type");

/// How much of a repeated piece is made at a time.
const BLOCK: usize = 64 * 1024;

/// One piece as a caller writes it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ChunkSpec {
    text: Option<String>,
    hex: Option<String>,
    #[serde(default = "once")]
    repeat: u64,
    #[serde(default)]
    delay_ms: u64,
}

fn once() -> u64 {
    1
}

/// A piece of a stream.
#[derive(Debug, Deserialize)]
#[serde(try_from = "ChunkSpec")]
pub(crate) struct Chunk {
    bytes: Bytes,
    repeat: u64,
    delay: Duration,
}

impl TryFrom<ChunkSpec> for Chunk {
    type Error = String;

    fn try_from(spec: ChunkSpec) -> Result<Self, String> {
        let bytes = match (spec.text, spec.hex) {
            (Some(text), None) => text.into(),
            (None, Some(hex)) => unhex(&hex)?.into(),
            _ => return Err("a chunk has either text or hex".to_owned()),
        };
        Ok(Self {
            bytes,
            repeat: spec.repeat,
            delay: Duration::from_millis(spec.delay_ms),
        })
    }
}

/// The headers of a stream of events.
pub(crate) fn headers() -> [(HeaderName, HeaderValue); 2] {
    [
        (CONTENT_TYPE, HeaderValue::from_static("text/event-stream")),
        (
            SSE_CONTENT_TYPE,
            HeaderValue::from_static("application/json"),
        ),
    ]
}

/// Starts a stream of these pieces; `halt` tells what comes after them, if it is not the end.
pub(crate) fn start(chunks: Arc<[Chunk]>, halt: Option<Halt>) -> mpsc::Receiver<Piece> {
    let (pieces, stream) = mpsc::channel(1);
    tokio::spawn(async move {
        for chunk in chunks.iter() {
            if !chunk.delay.is_zero() {
                tokio::time::sleep(chunk.delay).await;
            }
            // A reader that has gone needs no more.
            if chunk.send(&pieces).await.is_err() {
                return;
            }
        }
        if let Some(halt) = halt {
            if let Some(orderly) = halt.cut {
                let _ = pieces.send(Piece::Cut { orderly }).await;
            }
            pieces.closed().await;
        }
    });
    stream
}

impl Chunk {
    async fn send(
        &self,
        pieces: &mpsc::Sender<Piece>,
    ) -> Result<(), mpsc::error::SendError<Piece>> {
        let at_once = (BLOCK / self.bytes.len().max(1)).max(1) as u64;
        let mut left = self.repeat;
        while left > 0 && !self.bytes.is_empty() {
            let count = left.min(at_once);
            left -= count;
            let bytes = match usize::try_from(count) {
                Ok(count) if count > 1 => self.bytes.repeat(count).into(),
                _ => self.bytes.clone(),
            };
            pieces.send(Piece::Bytes(bytes)).await?;
        }
        Ok(())
    }
}
