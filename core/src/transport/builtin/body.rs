//! The body of an answer, as it comes.

use std::error::Error;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use async_compression::tokio::bufread::GzipDecoder;
use bytes::{Buf, Bytes};
use http::{HeaderMap, header};
use hyper::body::{Body as _, Incoming};
use tokio::io::{AsyncBufRead, AsyncRead, ReadBuf};
use tokio::runtime::{Handle, Id};

use super::connection::Connection;
use super::failure::reason;
use super::idle::Idle;
use crate::process::Process;
use crate::transport::TransportError;

/// How much of a body is decompressed at once.
const PIECE: usize = 16 * 1024;

/// A body that is read as it comes. Dropping it closes the connection, unless that has others to serve.
pub(crate) struct Body(Reading);

enum Reading {
    AsItIs(Raw),
    Gzip(Box<GzipDecoder<Raw>>),
}

impl Body {
    /// The body of an answer with these headers, which lose what tells how it was compressed.
    pub(super) fn new(raw: Raw, headers: &mut HeaderMap) -> Self {
        let encoding = headers.get(header::CONTENT_ENCODING);
        if raw.is_over() || encoding.is_none_or(|encoding| encoding != "gzip") {
            return Self(Reading::AsItIs(raw));
        }
        headers.remove(header::CONTENT_ENCODING);
        headers.remove(header::CONTENT_LENGTH);
        Self(Reading::Gzip(unzipped(raw)))
    }

    /// The next piece; `None` at the end.
    pub(crate) fn poll_chunk(
        &mut self,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Bytes, TransportError>>> {
        let decoder = match &mut self.0 {
            Reading::AsItIs(raw) => {
                let chunk = ready!(raw.poll_chunk(context));
                return Poll::Ready(chunk.map(|chunk| chunk.map_err(|error| broken(&error))));
            }
            Reading::Gzip(decoder) => decoder,
        };
        let mut piece = vec![0; PIECE];
        let mut buffer = ReadBuf::new(&mut piece);
        let read = ready!(Pin::new(&mut *decoder).poll_read(context, &mut buffer));
        let length = buffer.filled().len();
        piece.truncate(length);
        Poll::Ready(match read {
            Ok(()) if length == 0 => None,
            Ok(()) => Some(Ok(piece.into())),
            // There was nothing to decompress.
            Err(_) if !decoder.get_ref().has_begun && decoder.get_ref().is_over() => None,
            Err(error) => Some(Err(broken(&error))),
        })
    }
}

// By itself, as it needs 50 kB of stack for a moment, which every other answer would reserve as well.
#[inline(never)]
fn unzipped(raw: Raw) -> Box<GzipDecoder<Raw>> {
    let mut decoder = GzipDecoder::new(raw);
    decoder.multiple_members(true);
    Box::new(decoder)
}

fn broken(error: &(dyn Error + 'static)) -> TransportError {
    TransportError::new(reason(error))
}

/// A body as the server sent it.
pub(super) struct Raw {
    /// The process that has it.
    process: Process,
    /// Missing once it is over, or left alone.
    incoming: Option<Incoming>,
    connection: Option<Single>,
    /// What has come and is not decompressed yet.
    piece: Bytes,
    /// Whether anything has come at all.
    has_begun: bool,
}

/// The connection that serves this body and nothing else.
struct Single {
    connection: Box<Connection>,
    runtime: Option<Id>,
    idle: Arc<Idle>,
}

impl Raw {
    pub(super) fn new(incoming: Incoming, process: Process) -> Self {
        Self {
            process,
            incoming: Some(incoming),
            connection: None,
            piece: Bytes::new(),
            has_begun: false,
        }
    }

    /// The body that comes by this connection, which goes to `idle` afterwards.
    pub(super) fn by(
        connection: Box<Connection>,
        incoming: Incoming,
        process: Process,
        idle: &Arc<Idle>,
    ) -> Self {
        let mut raw = Self::new(incoming, process);
        if raw.is_over() {
            idle.put(connection);
        } else {
            raw.connection = Some(Single {
                connection,
                runtime: Handle::try_current().ok().map(|handle| handle.id()),
                idle: idle.clone(),
            });
        }
        raw
    }

    fn is_over(&self) -> bool {
        self.incoming.as_ref().is_none_or(Incoming::is_end_stream)
    }

    fn poll_chunk(&mut self, context: &mut Context<'_>) -> Poll<Option<hyper::Result<Bytes>>> {
        if let Some(single) = &mut self.connection
            && let Ok(runtime) = Handle::try_current().map(|handle| handle.id())
            && single.runtime != Some(runtime)
        {
            single.runtime = Some(runtime);
            single.connection.keeper.moves();
        }
        loop {
            let Some(incoming) = &mut self.incoming else {
                return Poll::Ready(None);
            };
            let mut frame = Pin::new(&mut *incoming).poll_frame(context);
            if let (Poll::Pending, Some(single)) = (&frame, &mut self.connection) {
                single.connection.drive(context);
                frame = Pin::new(incoming).poll_frame(context);
            }
            let Some(frame) = ready!(frame) else {
                self.incoming = None;
                if let Some(single) = self.connection.take() {
                    single.idle.put(single.connection);
                }
                return Poll::Ready(None);
            };
            // Trailers say nothing that matters here.
            if let Ok(chunk) = frame?.into_data() {
                self.has_begun |= !chunk.is_empty();
                return Poll::Ready(Some(Ok(chunk)));
            }
        }
    }
}

impl Drop for Raw {
    fn drop(&mut self) {
        if !self.is_over() && !self.process.is_current() {
            // A forked child has a copy: to let go of it would disturb the parent's connection.
            std::mem::forget((self.incoming.take(), self.connection.take()));
        }
    }
}

impl AsyncBufRead for Raw {
    fn poll_fill_buf(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<io::Result<&[u8]>> {
        while self.piece.is_empty() {
            match ready!(self.poll_chunk(context)) {
                Some(chunk) => self.piece = chunk.map_err(io::Error::other)?,
                None => break,
            }
        }
        Poll::Ready(Ok(&self.get_mut().piece))
    }

    fn consume(mut self: Pin<&mut Self>, amount: usize) {
        self.piece.advance(amount);
    }
}

impl AsyncRead for Raw {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let piece = ready!(self.as_mut().poll_fill_buf(context))?;
        let length = piece.len().min(buffer.remaining());
        buffer.put_slice(piece.get(..length).unwrap_or_default());
        self.consume(length);
        Poll::Ready(Ok(()))
    }
}
