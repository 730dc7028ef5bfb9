//! What is dealt with on the thread of a runtime, one after another.

use std::future::poll_fn;
use std::pin::pin;
use std::task::{Context, Poll, ready};

use tokio::sync::mpsc::UnboundedReceiver;
use tokio::task::yield_now;

/// Deals with what is sent, in its order: so much at once at most, then sockets and timers are looked at again. Over when no
/// more can come.
pub async fn in_turns<T>(
    mut sent: UnboundedReceiver<T>,
    at_once: usize,
    mut deal_with: impl FnMut(T),
) {
    poll_fn(|context| turn(&mut sent, at_once, &mut deal_with, context)).await;
}

fn turn<T>(
    sent: &mut UnboundedReceiver<T>,
    at_once: usize,
    deal_with: &mut impl FnMut(T),
    context: &mut Context<'_>,
) -> Poll<()> {
    for _ in 0..at_once {
        match ready!(sent.poll_recv(context)) {
            Some(one) => deal_with(one),
            None => return Poll::Ready(()),
        }
    }
    // Woken by itself it would be next; this waits for sockets and timers as well.
    pin!(yield_now()).poll(context)
}
