//! One request: record it, let its fault act, answer.

use std::fmt;
use std::sync::Arc;

use bytes::{Bytes, BytesMut};
use http_body_util::BodyExt;
use hyper::body::Incoming;
use hyper::header::{CONTENT_ENCODING, DATE, HeaderName, HeaderValue};
use hyper::http::request::Parts;
use hyper::{Request, Response};

use crate::answer::{self, Matter, Problem};
use crate::api::Route;
use crate::fault::{Act, Base, Ending, Reply};
use crate::hub::Hub;
use crate::payload::Payload;
use crate::record::{End, InFlight};
use crate::wire::Shears;
use crate::world::World;
use crate::{api, chunk, control, cors, hosted};

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// How many bytes of an answer leave before a cut in its headers: the status line and a part of what follows.
const PART_OF_HEADERS: usize = 24;

/// What answers on one port.
pub(crate) struct Site {
    world: Arc<World>,
    hub: Arc<Hub>,
    /// Whether the simulator can be controlled through this port.
    controls: bool,
}

impl Site {
    pub(crate) fn new(world: Arc<World>, hub: Arc<Hub>, controls: bool) -> Self {
        Self {
            world,
            hub,
            controls,
        }
    }

    pub(crate) fn world(&self) -> &Arc<World> {
        &self.world
    }

    pub(crate) fn log(&self, line: impl FnOnce() -> String) {
        self.hub.log(|| format!("{} {}", self.world.id(), line()));
    }
}

/// One connection to a port.
pub(crate) struct Link {
    site: Arc<Site>,
    shears: Arc<Shears>,
    number: u64,
}

impl Link {
    pub(crate) fn new(site: Arc<Site>, shears: Arc<Shears>, number: u64) -> Self {
        Self {
            site,
            shears,
            number,
        }
    }
}

/// The connection is to end without an answer.
#[derive(Debug)]
pub(crate) struct Cut;

impl fmt::Display for Cut {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("cut by a fault")
    }
}

impl std::error::Error for Cut {}

/// Answers one request of a connection.
pub(crate) async fn answer(
    link: &Link,
    request: Request<Incoming>,
) -> Result<Response<Payload>, Cut> {
    let (head, body) = request.into_parts();
    let site = &link.site;
    if site.controls && control::is_for(head.uri.path()) {
        let (body, _) = read(body).await;
        let answer = control::answer(&site.hub, &head, &body).await;
        return Ok(answer.map(|body| Payload::whole(body, link.shears.clone())));
    }

    let world = &site.world;
    let (body, complete) = read(body).await;
    let head = Arc::new(head);
    let mut flight = world
        .record()
        .receive(link.number, head.clone(), body.clone());
    if !complete {
        // The client is gone: dropping the flight says so.
        return Err(Cut);
    }
    // What only browsers ask for is no concern of faults.
    if let Some(answer) = cors::preflight(&head).or_else(|| hosted::answer(&head)) {
        return Ok(link.send(&head, answer.map(Matter::Whole), None, flight));
    }
    let operation = Route::of(&head.method, head.uri.path()).operation();
    let Some(fault) = world.next_fault(operation) else {
        let answer = api::answer(world, &head, &body, None);
        return Ok(link.send(&head, answer, None, flight));
    };
    if !fault.delay.is_zero() {
        tokio::time::sleep(fault.delay).await;
    }
    match &fault.act {
        Act::Stall => {
            link.log(&head, "never answered");
            std::future::pending().await
        }
        Act::CutBeforeRead | Act::CutAfterRead { .. } => {
            let orderly = matches!(fault.act, Act::CutAfterRead { orderly: true });
            link.log(&head, Cut);
            flight.end(End::Cut);
            link.shears.cut_after(0, orderly);
            Err(Cut)
        }
        Act::Reply(reply) => {
            let answer = base(world, &head, &body, reply);
            Ok(link.send(&head, answer, Some(reply), flight))
        }
    }
}

impl Link {
    /// Sends an answer, with what a fault does to it.
    fn send(
        &self,
        head: &Parts,
        answer: Response<Matter>,
        reply: Option<&Reply>,
        mut flight: InFlight,
    ) -> Response<Payload> {
        let (mut answer, matter) = answer.into_parts();
        let world = self.site.world();
        let id = format!("req_{}", world.tickets().next().short());
        answer.headers.insert(REQUEST_ID, answer::text(&id));
        answer.headers.insert(DATE, answer::text(&world.date()));
        match reply {
            Some(reply) => {
                dress(&mut answer, reply);
                self.log(head, format_args!("{} by a fault", answer.status));
            }
            None => self.log(head, answer.status),
        }
        cors::admit(head, &mut answer.headers);
        if let Some(Ending::CutInHeaders { orderly }) = reply.map(|reply| reply.ending) {
            flight.end(End::Cut);
            self.shears.cut_after(PART_OF_HEADERS, orderly);
        }
        let halt = reply.and_then(Reply::halt);
        let shears = self.shears.clone();
        let body = match (matter, reply) {
            (Matter::Follow(follower), _) => {
                Payload::live(follower.with_halt(halt).start(), flight, shears)
            }
            (Matter::Chunks(chunks), _) => {
                Payload::live(chunk::start(chunks, halt), flight, shears)
            }
            (Matter::Whole(body), Some(reply)) => {
                if reply.gzip {
                    let gzip = HeaderValue::from_static("gzip");
                    answer.headers.insert(CONTENT_ENCODING, gzip);
                }
                // What is to happen to a stream does not happen to an answer that is none.
                let ending = if reply.events.is_some() {
                    Ending::Whole
                } else {
                    reply.ending
                };
                Payload::new(
                    body,
                    reply.padding,
                    reply.gzip,
                    ending,
                    Some(flight),
                    shears,
                )
            }
            (Matter::Whole(body), None) => {
                Payload::new(body, None, false, Ending::Whole, Some(flight), shears)
            }
        };
        Response::from_parts(answer, body)
    }

    fn log(&self, head: &Parts, outcome: impl fmt::Display) {
        self.site
            .log(|| format!("{} {} -> {outcome}", head.method, head.uri));
    }
}

/// The body as far as it came, and whether that is all of it.
async fn read(mut body: Incoming) -> (Bytes, bool) {
    let mut first = Bytes::new();
    let mut rest = BytesMut::new();
    while let Some(frame) = body.frame().await {
        match frame.map(hyper::body::Frame::into_data) {
            Ok(Ok(data)) if first.is_empty() => first = data,
            Ok(Ok(data)) => {
                if rest.is_empty() {
                    rest.extend_from_slice(&first);
                }
                rest.extend_from_slice(&data);
            }
            Ok(Err(_trailers)) => {}
            Err(_) => {
                return (
                    if rest.is_empty() {
                        first
                    } else {
                        rest.freeze()
                    },
                    false,
                );
            }
        }
    }
    (
        if rest.is_empty() {
            first
        } else {
            rest.freeze()
        },
        true,
    )
}

fn base(world: &Arc<World>, head: &Parts, body: &Bytes, reply: &Reply) -> Response<Matter> {
    let status = reply.status.unwrap_or_default();
    let matter = match &reply.base {
        Base::Api(overlay) => return api::answer(world, head, body, overlay.as_ref()),
        Base::Envelope => {
            return answer::Answer::from(Problem::of_status(status)).map(Matter::Whole);
        }
        Base::Bytes(bytes) => Matter::Whole(bytes.clone()),
        Base::Chunks(chunks) => Matter::Chunks(chunks.clone()),
    };
    answer::empty(status).map(|_| matter)
}

fn dress(answer: &mut hyper::http::response::Parts, reply: &Reply) {
    if let Some(status) = reply.status
        && answer.status.is_success()
    {
        answer.status = status;
    }
    for (name, value) in &reply.headers {
        match value {
            Some(value) => answer.headers.insert(name, value.clone()),
            None => answer.headers.remove(name),
        };
    }
}
