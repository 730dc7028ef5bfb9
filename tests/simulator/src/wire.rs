//! A connection's bytes, and ending them where HTTP would not.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed};
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio_rustls::server::TlsStream;

/// What the wire runs over.
pub(crate) enum Line {
    Plain(TcpStream),
    Tls(Box<TlsStream<TcpStream>>),
}

impl Line {
    /// Whether both sides agreed on HTTP/2.
    pub(crate) fn is_http2(&self) -> bool {
        match self {
            Self::Plain(_) => false,
            Self::Tls(stream) => stream.get_ref().1.alpn_protocol() == Some(b"h2"),
        }
    }

    fn socket(&self) -> &TcpStream {
        match self {
            Self::Plain(socket) => socket,
            Self::Tls(stream) => stream.get_ref().0,
        }
    }
}

/// Tells a wire when to end. Shared between the wire and what answers on it.
#[derive(Debug)]
pub(crate) struct Shears {
    /// How many more bytes may go out.
    allowance: AtomicUsize,
    /// Whether the wire ends as soon as everything written has gone out.
    after_flush: AtomicBool,
    /// Whether the wire ends with a RST.
    reset: AtomicBool,
    /// Whether the next byte read begins a request.
    between_requests: AtomicBool,
}

impl Default for Shears {
    fn default() -> Self {
        Self {
            allowance: AtomicUsize::new(usize::MAX),
            after_flush: AtomicBool::new(false),
            reset: AtomicBool::new(false),
            between_requests: AtomicBool::new(true),
        }
    }
}

impl Shears {
    /// Lets `bytes` more bytes go out, then ends the wire.
    pub(crate) fn cut_after(&self, bytes: usize, orderly: bool) {
        self.reset.store(!orderly, Relaxed);
        self.allowance.store(bytes, Relaxed);
    }

    /// Lets everything that is written so far go out, then ends the wire.
    pub(crate) fn cut_after_flush(&self, orderly: bool) {
        self.reset.store(!orderly, Relaxed);
        self.after_flush.store(true, Relaxed);
    }

    /// The answer is over: what comes next is another request.
    pub(crate) fn request_over(&self) {
        self.between_requests.store(true, Relaxed);
    }

    fn cut() -> io::Error {
        io::Error::new(io::ErrorKind::ConnectionAborted, "cut by a fault")
    }
}

/// A connection that can be cut at any place.
pub(crate) struct Wire<F> {
    line: Line,
    shears: Arc<Shears>,
    /// Asked at the first bytes of each request: does the connection end here?
    cuts_before_read: F,
}

impl<F: Fn() -> bool> Wire<F> {
    pub(crate) fn new(line: Line, shears: Arc<Shears>, cuts_before_read: F) -> Self {
        Self {
            line,
            shears,
            cuts_before_read,
        }
    }
}

impl<F: Fn() -> bool + Unpin> AsyncRead for Wire<F> {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let before = buffer.filled().len();
        let read = match &mut this.line {
            Line::Plain(socket) => Pin::new(socket).poll_read(context, buffer),
            Line::Tls(stream) => Pin::new(stream).poll_read(context, buffer),
        };
        let arrived = read.is_ready() && buffer.filled().len() > before;
        if arrived && this.shears.between_requests.swap(false, Relaxed) && (this.cuts_before_read)()
        {
            this.shears.reset.store(true, Relaxed);
            return Poll::Ready(Err(Shears::cut()));
        }
        read
    }
}

impl<F: Unpin> AsyncWrite for Wire<F> {
    fn poll_write(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        let allowance = this.shears.allowance.load(Relaxed);
        if allowance == 0 {
            return Poll::Ready(Err(Shears::cut()));
        }
        let bytes = bytes.get(..allowance).unwrap_or(bytes);
        let written = match &mut this.line {
            Line::Plain(socket) => Pin::new(socket).poll_write(context, bytes),
            Line::Tls(stream) => Pin::new(stream).poll_write(context, bytes),
        };
        if let Poll::Ready(Ok(written)) = written
            && allowance != usize::MAX
        {
            this.shears
                .allowance
                .store(allowance.saturating_sub(written), Relaxed);
        }
        written
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let flushed = match &mut this.line {
            Line::Plain(socket) => Pin::new(socket).poll_flush(context),
            Line::Tls(stream) => Pin::new(stream).poll_flush(context),
        };
        if flushed.is_ready() && this.shears.after_flush.load(Relaxed) {
            return Poll::Ready(Err(Shears::cut()));
        }
        flushed
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        if this.shears.reset.load(Relaxed) {
            // No goodbye before a RST.
            return Poll::Ready(Err(Shears::cut()));
        }
        match &mut this.line {
            Line::Plain(socket) => Pin::new(socket).poll_shutdown(context),
            Line::Tls(stream) => Pin::new(stream).poll_shutdown(context),
        }
    }
}

impl<F> Drop for Wire<F> {
    fn drop(&mut self) {
        if self.shears.reset.load(Relaxed) {
            // Closing without lingering sends a RST. It fails only when the peer was faster.
            let _ = self.line.socket().set_zero_linger();
        }
    }
}
