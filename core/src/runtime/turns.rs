//! What is dealt with on the thread of a runtime, one after another.

use tokio::sync::mpsc::UnboundedReceiver;
use tokio::task::yield_now;

/// Deals with what is sent, in its order: so much at once at most, then sockets and timers are looked at again. Over when no
/// more can come.
pub async fn in_turns<T>(
    mut sent: UnboundedReceiver<T>,
    at_once: usize,
    mut deal_with: impl FnMut(T),
) {
    loop {
        for _ in 0..at_once {
            let Some(one) = sent.recv().await else {
                return;
            };
            deal_with(one);
        }
        // Woken by itself it would be next; this waits for sockets and timers as well.
        yield_now().await;
    }
}
