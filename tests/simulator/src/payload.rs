//! Bodies of answers: whole, huge, compressed, or ending halfway.

use std::convert::Infallible;
use std::io::{self, Write};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;
use hyper::body::{Body, Frame, SizeHint};
use tokio::sync::mpsc;

use crate::fault::{Ending, Padding};
use crate::record::{End, InFlight};
use crate::wire::Shears;

/// How much of a huge body is made at a time.
const CHUNK: usize = 64 * 1024;
static FILLING: [u8; CHUNK] = [b'x'; CHUNK];

/// A piece of a body that comes over time.
pub(crate) enum Piece {
    Bytes(Bytes),
    /// The connection ends here.
    Cut {
        orderly: bool,
    },
}

/// The bytes of a body.
enum Source {
    Fixed(Bytes),
    Padded(Padded),
    /// Made on another thread, so that compressing delays nobody else.
    Gzip(mpsc::Receiver<Bytes>),
    /// Made while it is read.
    Live(mpsc::Receiver<Piece>),
}

/// A body with filling in its middle.
struct Padded {
    head: Bytes,
    filling: u64,
    tail: Bytes,
}

impl Padded {
    /// Stretches `body` to `size`; a JSON object stays one and gains a field `padding`.
    fn new(body: &[u8], size: u64) -> Self {
        let (mut head, tail) = match body.strip_suffix(b"}") {
            Some(head) => (head.to_vec(), Bytes::from_static(b"\"}")),
            None => (body.to_vec(), Bytes::new()),
        };
        if !tail.is_empty() {
            head.extend_from_slice(if head == b"{" {
                b"\"padding\":\""
            } else {
                b",\"padding\":\""
            });
        }
        let filling = size.saturating_sub((head.len() + tail.len()) as u64);
        Self {
            head: head.into(),
            filling,
            tail,
        }
    }

    fn len(&self) -> u64 {
        (self.head.len() + self.tail.len()) as u64 + self.filling
    }

    fn next(&mut self) -> Option<Bytes> {
        if !self.head.is_empty() {
            return Some(std::mem::take(&mut self.head));
        }
        let chunk = CHUNK.min(usize::try_from(self.filling).unwrap_or(CHUNK));
        if let Some(filling) = FILLING.get(..chunk).filter(|filling| !filling.is_empty()) {
            self.filling -= chunk as u64;
            return Some(Bytes::from_static(filling));
        }
        Some(std::mem::take(&mut self.tail)).filter(|tail| !tail.is_empty())
    }
}

impl Source {
    fn new(body: Bytes, padding: Option<Padding>, gzip: bool) -> Self {
        match (padding, gzip) {
            (None, false) => Self::Fixed(body),
            (None, true) => Self::Fixed(compress_whole(&body).unwrap_or_default().into()),
            (Some(padding), false) => Self::Padded(Padded::new(&body, padding.size)),
            (Some(padding), true) => {
                let padded = Padded::new(&body, padding.size);
                let (pieces, compressed) = mpsc::channel(1);
                tokio::task::spawn_blocking(move || compress(padded, &pieces));
                Self::Gzip(compressed)
            }
        }
    }

    fn poll_next(&mut self, context: &mut Context<'_>) -> Poll<Option<Piece>> {
        let next = match self {
            Self::Fixed(body) => Some(std::mem::take(body)).filter(|body| !body.is_empty()),
            Self::Padded(padded) => padded.next(),
            Self::Gzip(pieces) => ready!(pieces.poll_recv(context)),
            Self::Live(pieces) => return pieces.poll_recv(context),
        };
        Poll::Ready(next.map(Piece::Bytes))
    }
}

fn encoder() -> GzEncoder<Vec<u8>> {
    GzEncoder::new(Vec::new(), Compression::fast())
}

fn compress_whole(body: &[u8]) -> io::Result<Vec<u8>> {
    let mut encoder = encoder();
    encoder.write_all(body)?;
    encoder.finish()
}

/// Compresses piece by piece, for as long as somebody takes the outcome.
fn compress(mut body: Padded, pieces: &mpsc::Sender<Bytes>) {
    let mut encoder = encoder();
    while let Some(piece) = body.next() {
        // Writing to memory does not fail; if it did, the body would end there.
        if encoder.write_all(&piece).is_err() || pieces.is_closed() {
            return;
        }
        let ready = std::mem::take(encoder.get_mut());
        if !ready.is_empty() && pieces.blocking_send(ready.into()).is_err() {
            return;
        }
    }
    if let Ok(last) = encoder.finish() {
        // A client that has gone needs no last piece.
        let _ = pieces.blocking_send(last.into());
    }
}

/// The body of an answer on its way out. Ends the record's entry when it is over.
pub(crate) struct Payload {
    source: Source,
    length: Option<u64>,
    ending: Ending,
    /// Whether half of the body is out and the rest will never come.
    halted: bool,
    over: bool,
    flight: Option<InFlight>,
    shears: Arc<Shears>,
}

impl Payload {
    /// A body that goes out whole and belongs to no record.
    pub(crate) fn whole(body: Bytes, shears: Arc<Shears>) -> Self {
        Self::new(body, None, false, Ending::Whole, None, shears)
    }

    /// A body that is made while it is read.
    pub(crate) fn live(
        pieces: mpsc::Receiver<Piece>,
        flight: InFlight,
        shears: Arc<Shears>,
    ) -> Self {
        Self {
            source: Source::Live(pieces),
            length: None,
            ending: Ending::Whole,
            halted: false,
            over: false,
            flight: Some(flight),
            shears,
        }
    }

    pub(crate) fn new(
        body: Bytes,
        padding: Option<Padding>,
        gzip: bool,
        ending: Ending,
        flight: Option<InFlight>,
        shears: Arc<Shears>,
    ) -> Self {
        let mut source = Source::new(body, padding, gzip);
        let length = match &source {
            Source::Fixed(body) => Some(body.len() as u64),
            Source::Padded(padded) => padding
                .filter(|padding| padding.announced)
                .map(|_| padded.len()),
            Source::Gzip(_) | Source::Live(_) => None,
        };
        let halts = matches!(ending, Ending::StallInBody | Ending::CutInBody { .. });
        if let Source::Fixed(body) = &mut source
            && halts
        {
            body.truncate(body.len() / 2);
        }
        Self {
            source,
            length,
            ending,
            halted: false,
            over: length == Some(0) && !halts,
            flight,
            shears,
        }
    }

    /// Nothing more comes: the rest of the body was swallowed by the ending.
    fn halt(&mut self) {
        self.halted = true;
        if let Ending::CutInBody { orderly } = self.ending {
            self.cut(orderly);
        }
    }

    fn cut(&mut self, orderly: bool) {
        if let Some(flight) = &mut self.flight {
            flight.end(End::Cut);
        }
        self.shears.cut_after_flush(orderly);
    }
}

impl Body for Payload {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        let this = self.get_mut();
        if this.halted {
            // The wire ends the connection, or the client does.
            return Poll::Pending;
        }
        let halts = matches!(this.ending, Ending::StallInBody | Ending::CutInBody { .. });
        match ready!(this.source.poll_next(context)) {
            Some(Piece::Cut { orderly }) => {
                this.halted = true;
                this.cut(orderly);
                Poll::Pending
            }
            Some(Piece::Bytes(chunk)) => {
                if halts {
                    this.halt();
                } else if matches!(this.source, Source::Fixed(_)) {
                    this.over = true;
                }
                Poll::Ready(Some(Ok(Frame::data(chunk))))
            }
            None if halts => {
                this.halt();
                Poll::Pending
            }
            None => {
                this.over = true;
                Poll::Ready(None)
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        self.over
    }

    fn size_hint(&self) -> SizeHint {
        self.length
            .map_or_else(SizeHint::default, SizeHint::with_exact)
    }
}

impl Drop for Payload {
    fn drop(&mut self) {
        if self.over {
            if let Some(flight) = &mut self.flight {
                flight.end(End::Completed);
            }
            self.shears.request_over();
        }
    }
}
