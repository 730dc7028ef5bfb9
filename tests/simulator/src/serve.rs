//! One request: record it, let its fault act, answer.

use std::fmt;
use std::sync::Arc;

use bytes::{Bytes, BytesMut};
use http_body_util::BodyExt;
use hyper::body::Incoming;
use hyper::header::{CONTENT_ENCODING, HeaderName, HeaderValue};
use hyper::http::request::Parts;
use hyper::{Request, Response};

use crate::answer::{self, Answer, Problem};
use crate::fault::{Act, Base, Ending, Reply};
use crate::hub::Hub;
use crate::payload::Payload;
use crate::record::{End, InFlight};
use crate::wire::Shears;
use crate::world::World;
use crate::{api, control};

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
    let Some(fault) = world.next_fault() else {
        let answer = with_request_id(world, api::answer(world, &head, &body, None));
        link.log(&head, answer.status());
        return Ok(answer.map(|body| {
            Payload::new(
                body,
                None,
                false,
                Ending::Whole,
                Some(flight),
                link.shears.clone(),
            )
        }));
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
            let base = base(world, &head, &body, reply);
            let answer = dress(with_request_id(world, base), reply);
            link.log(&head, format_args!("{} by a fault", answer.status()));
            Ok(answer.map(|body| link.send(body, reply, flight)))
        }
    }
}

impl Link {
    fn send(&self, body: Bytes, reply: &Reply, mut flight: InFlight) -> Payload {
        if let Ending::CutInHeaders { orderly } = reply.ending {
            flight.end(End::Cut);
            self.shears.cut_after(PART_OF_HEADERS, orderly);
        }
        Payload::new(
            body,
            reply.padding,
            reply.gzip,
            reply.ending,
            Some(flight),
            self.shears.clone(),
        )
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

fn with_request_id(world: &World, mut answer: Answer) -> Answer {
    let id = format!("req_{}", world.tickets().next().short());
    // Letters and digits always make a header value.
    if let Ok(id) = HeaderValue::try_from(id) {
        answer.headers_mut().insert(REQUEST_ID, id);
    }
    answer
}

fn base(world: &World, head: &Parts, body: &Bytes, reply: &Reply) -> Answer {
    match &reply.base {
        Base::Api(merge) => api::answer(world, head, body, merge.as_ref()),
        Base::Envelope => Problem::of_status(reply.status.unwrap_or_default()).into(),
        Base::Bytes(bytes) => {
            let mut answer = answer::empty(reply.status.unwrap_or_default());
            *answer.body_mut() = bytes.clone();
            answer
        }
    }
}

fn dress(mut answer: Answer, reply: &Reply) -> Answer {
    if let Some(status) = reply.status
        && answer.status().is_success()
    {
        *answer.status_mut() = status;
    }
    if reply.gzip {
        answer
            .headers_mut()
            .insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    }
    for (name, value) in &reply.headers {
        match value {
            Some(value) => answer.headers_mut().insert(name, value.clone()),
            None => answer.headers_mut().remove(name),
        };
    }
    answer
}
