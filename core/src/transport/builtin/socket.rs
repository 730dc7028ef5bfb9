//! A TCP connection that may go from one runtime to another between two calls.

use std::io;
use std::mem::MaybeUninit;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};

use socket2::SockRef;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

/// The connection, as what is above it sees it.
pub(super) struct Socket(Arc<Shared>);

/// The connection, as whoever keeps it sees it.
pub(super) struct Keeper(Arc<Shared>);

struct Shared {
    /// Missing when it got lost on its way to another runtime.
    stream: Mutex<Option<TcpStream>>,
    /// Whether the runtime that next uses it is not the one that watches it.
    has_moved: AtomicBool,
}

impl Socket {
    pub(super) fn new(stream: TcpStream) -> (Self, Keeper) {
        let shared = Arc::new(Shared {
            stream: Mutex::new(Some(stream)),
            has_moved: AtomicBool::new(false),
        });
        (Self(shared.clone()), Keeper(shared))
    }

    fn with<T>(
        &self,
        act: impl FnOnce(Pin<&mut TcpStream>) -> Poll<io::Result<T>>,
    ) -> Poll<io::Result<T>> {
        let mut stream = self.0.lock();
        if self.0.has_moved.swap(false, Ordering::Relaxed)
            && let Some(watched) = stream.take()
        {
            *stream = Some(TcpStream::from_std(watched.into_std()?)?);
        }
        match &mut *stream {
            Some(stream) => act(Pin::new(stream)),
            None => Poll::Ready(Err(io::ErrorKind::NotConnected.into())),
        }
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Option<TcpStream>> {
        // Nothing that is done under it can leave it half changed.
        self.stream.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Keeper {
    /// From now on another runtime uses it.
    pub(super) fn moves(&self) {
        self.0.has_moved.store(true, Ordering::Relaxed);
    }

    /// Whether nothing has come that nobody asked for, its end above all. It asks the system, since a runtime notices
    /// only while it runs.
    pub(super) fn is_quiet(&self) -> bool {
        let stream = self.0.lock();
        let Some(stream) = &*stream else {
            return false;
        };
        let peeked = SockRef::from(stream).peek(&mut [MaybeUninit::uninit()]);
        peeked.is_err_and(|error| error.kind() == io::ErrorKind::WouldBlock)
    }
}

impl AsyncRead for Socket {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        self.with(|stream| stream.poll_read(context, buffer))
    }
}

// Not several parts at a time: the standard library does that in a way that raises SIGPIPE where the other side is gone,
// and a program that does not ignore it, as one of Swift, would end.
impl AsyncWrite for Socket {
    fn poll_write(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.with(|stream| stream.poll_write(context, bytes))
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.with(|stream| stream.poll_flush(context))
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.with(|stream| stream.poll_shutdown(context))
    }
}
