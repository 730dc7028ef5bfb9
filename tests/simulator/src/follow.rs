//! Watching a login: its states as server-sent events.

use std::sync::Arc;

use bytes::Bytes;
use serde_json::{Map, Value, json};
use tokio::sync::{mpsc, watch};

use crate::chaos::Place;
use crate::clock;
use crate::fault::Halt;
use crate::flow::{Flow, Story};
use crate::payload::Piece;
use crate::record::Following;
use crate::world::World;

/// One stream of events.
pub(crate) struct Follower {
    world: Arc<World>,
    connection: String,
    flow: String,
    story: watch::Receiver<Story>,
    overlay: Option<Map<String, Value>>,
    halt: Option<Halt>,
    _counted: Following,
}

/// The stream is over.
struct Over;

impl Follower {
    pub(crate) fn new(world: Arc<World>, flow: &Flow) -> Self {
        Self {
            connection: flow.connection().to_owned(),
            flow: flow.id().to_owned(),
            story: flow.story(),
            overlay: None,
            halt: None,
            _counted: world.record().follow(),
            world,
        }
    }

    /// Puts fields over those of every state.
    pub(crate) fn with_overlay(mut self, overlay: Option<&Map<String, Value>>) -> Self {
        self.overlay = overlay.cloned();
        self
    }

    /// Ends the stream early.
    pub(crate) fn with_halt(mut self, halt: Option<Halt>) -> Self {
        self.halt = halt;
        self
    }

    /// Starts the stream; it ends when nobody reads it any longer.
    pub(crate) fn start(self) -> mpsc::Receiver<Piece> {
        let (pieces, stream) = mpsc::channel(1);
        tokio::spawn(async move {
            // Being over is all there is to say.
            let _ = self.run(&pieces).await;
        });
        stream
    }

    async fn run(mut self, out: &mpsc::Sender<Piece>) -> Result<(), Over> {
        let mut next = self.story.borrow().events.len().saturating_sub(1);
        let mut sent = 0;
        loop {
            if let Some(halt) = self.halt
                && halt.events == Some(sent)
            {
                return stop(halt.cut, out).await;
            }
            let (event, last) = {
                let story = self.story.borrow_and_update();
                let last = story.over && next + 1 >= story.events.len();
                (story.events.get(next).cloned(), last)
            };
            match event {
                Some(event) => {
                    next += 1;
                    self.state(&event, next, out).await?;
                    sent += 1;
                    if last {
                        return Ok(());
                    }
                }
                None => self.wait(out).await?,
            }
        }
    }

    /// Sends one state, the `count`th of its flow, with whatever happens to it on the way.
    async fn state(
        &self,
        event: &Map<String, Value>,
        count: usize,
        out: &mpsc::Sender<Piece>,
    ) -> Result<(), Over> {
        let mut event = Value::Object(event.clone());
        crate::api::put_over(&mut event, self.overlay.as_ref());
        let bytes = frame("managed_auth_state", &event);
        if let Some(Halt { events: None, cut }) = self.halt {
            send(out, Piece::Bytes(half(&bytes))).await?;
            stop(cut, out).await?;
            return Err(Over);
        }
        let mischief = self.world.mischief(&self.connection);
        match mischief.map(|mischief| mischief.place) {
            Some(Place::Before) => {}
            Some(Place::Inside) => send(out, Piece::Bytes(half(&bytes))).await?,
            Some(Place::After) | None => {
                send(out, Piece::Bytes(bytes)).await?;
                let cut = mischief.is_some();
                self.world.passed(&self.connection, &self.flow, count, cut);
            }
        }
        match mischief {
            None => Ok(()),
            Some(mischief) => stop(Some(mischief.orderly), out).await.and(Err(Over)),
        }
    }

    /// Waits for the next state, with a heartbeat when it takes long.
    async fn wait(&mut self, out: &mpsc::Sender<Piece>) -> Result<(), Over> {
        tokio::select! {
            changed = self.story.changed() => changed.map_err(|_| Over),
            () = out.closed() => Err(Over),
            () = tokio::time::sleep(self.world.heartbeat()) => {
                let now = clock::text(self.world.now());
                let beat = json!({ "event": "sse_heartbeat", "timestamp": now });
                send(out, Piece::Bytes(frame("sse_heartbeat", &beat))).await
            }
        }
    }
}

/// Hands a piece over, and waits until it has been taken.
async fn send(out: &mpsc::Sender<Piece>, piece: Piece) -> Result<(), Over> {
    out.send(piece).await.map_err(|_| Over)?;
    out.reserve().await.map_err(|_| Over).map(drop)
}

/// Ends the stream with a cut, or lets it fall silent.
async fn stop(cut: Option<bool>, out: &mpsc::Sender<Piece>) -> Result<(), Over> {
    if let Some(orderly) = cut {
        send(out, Piece::Cut { orderly }).await?;
    }
    out.closed().await;
    Err(Over)
}

fn frame(name: &str, event: &Value) -> Bytes {
    format!("event: {name}\ndata: {event}\n\n").into()
}

fn half(bytes: &Bytes) -> Bytes {
    bytes.slice(..bytes.len() / 2)
}
