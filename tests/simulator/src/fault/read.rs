//! Faults as somebody writes them, and which of those make sense.

use std::collections::BTreeMap;
use std::num::NonZeroU32;
use std::time::Duration;

use bytes::Bytes;
use hyper::StatusCode;
use hyper::header::{CONTENT_TYPE, HeaderName, HeaderValue, LOCATION};
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};

use super::{Act, Base, Ending, Fault, Padding, Reply};
use crate::api::Operation;
use crate::chunk::{self, Chunk};

/// One fault as a caller writes it.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct FaultSpec {
    on: Option<Operation>,
    times: Option<NonZeroU32>,
    pass: bool,
    delay_ms: u64,
    status: Option<u16>,
    headers: BTreeMap<String, Option<String>>,
    content_type: Option<String>,
    #[serde(deserialize_with = "present")]
    body: Option<Value>,
    text: Option<String>,
    hex: Option<String>,
    answer: Option<Map<String, Value>>,
    redirect: Option<String>,
    huge_body: Option<u64>,
    content_length: bool,
    gzip: bool,
    stall: Option<Stall>,
    cut: Option<Cut>,
    orderly: bool,
    chunks: Option<Vec<Chunk>>,
    cut_after_events: Option<usize>,
    stall_after_events: Option<usize>,
}

/// `null` counts as given.
fn present<'de, D: Deserializer<'de>>(value: D) -> Result<Option<Value>, D::Error> {
    Value::deserialize(value).map(Some)
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Stall {
    Headers,
    Body,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Cut {
    BeforeRead,
    AfterRead,
    InHeaders,
    InBody,
}

impl TryFrom<FaultSpec> for Fault {
    type Error = String;

    fn try_from(spec: FaultSpec) -> Result<Self, String> {
        let streams = spec.cut_after_events.is_some() || spec.stall_after_events.is_some();
        let on = spec.on.or(streams.then_some(Operation::Follow));
        if streams && on != Some(Operation::Follow) {
            return Err("cut_after_events and stall_after_events go with follow only".to_owned());
        }
        Ok(Self {
            on,
            times: spec.times.map_or(1, NonZeroU32::get),
            delay: Duration::from_millis(spec.delay_ms),
            act: act(spec)?,
        })
    }
}

fn act(spec: FaultSpec) -> Result<Act, String> {
    let replies = spec.status.is_some()
        || !spec.headers.is_empty()
        || spec.content_type.is_some()
        || spec.body.is_some()
        || spec.text.is_some()
        || spec.hex.is_some()
        || spec.answer.is_some()
        || spec.redirect.is_some()
        || spec.huge_body.is_some()
        || spec.content_length
        || spec.gzip
        || spec.chunks.is_some()
        || spec.cut_after_events.is_some()
        || spec.stall_after_events.is_some();
    match (spec.cut, spec.stall, spec.pass) {
        (Some(_), Some(_), _) | (Some(_), _, true) | (_, Some(_), true) => {
            return Err("a fault can have one of cut, stall and pass".to_owned());
        }
        (None, _, _) if spec.orderly && spec.cut_after_events.is_none() => {
            return Err("orderly goes with cut only".to_owned());
        }
        (Some(Cut::BeforeRead), ..)
            if spec.orderly || spec.delay_ms > 0 || spec.on.is_some() || replies =>
        {
            return Err("cut before_read goes with times only".to_owned());
        }
        (Some(Cut::AfterRead), ..) | (_, Some(Stall::Headers), _) | (_, _, true) if replies => {
            return Err(
                "cut after_read, stall headers and pass do not go with an answer".to_owned(),
            );
        }
        (None, None, false) if spec.delay_ms == 0 && !replies => {
            return Err("a fault must say what happens; {\"pass\": true} means nothing".to_owned());
        }
        _ => {}
    }
    let orderly = spec.orderly;
    let ends = [
        spec.cut.is_some() || spec.stall.is_some() || spec.pass,
        spec.cut_after_events.is_some(),
        spec.stall_after_events.is_some(),
    ];
    if ends.into_iter().filter(|ends| *ends).count() > 1 {
        return Err("a fault has one ending".to_owned());
    }
    let ending = match (spec.cut, spec.stall) {
        _ if spec.cut_after_events.is_some() => Ending::CutInBody { orderly },
        _ if spec.stall_after_events.is_some() => Ending::StallInBody,
        (Some(Cut::BeforeRead), _) => return Ok(Act::CutBeforeRead),
        (Some(Cut::AfterRead), _) => return Ok(Act::CutAfterRead { orderly }),
        (Some(Cut::InHeaders), _) => Ending::CutInHeaders { orderly },
        (Some(Cut::InBody), _) => Ending::CutInBody { orderly },
        (None, Some(Stall::Headers)) => return Ok(Act::Stall),
        (None, Some(Stall::Body)) => Ending::StallInBody,
        (None, None) => Ending::Whole,
    };
    reply(spec, ending).map(|reply| Act::Reply(Box::new(reply)))
}

fn reply(spec: FaultSpec, ending: Ending) -> Result<Reply, String> {
    let status = spec.status.map(status).transpose()?;
    let mut headers = Vec::new();
    let mut bodies = Vec::new();
    if let Some(body) = spec.body {
        headers.push((
            CONTENT_TYPE,
            Some(HeaderValue::from_static("application/json")),
        ));
        bodies.push(Base::Bytes(
            serde_json::to_vec(&body)
                .map_err(|error| error.to_string())?
                .into(),
        ));
    }
    if let Some(text) = spec.text {
        headers.push((
            CONTENT_TYPE,
            Some(HeaderValue::from_static("text/plain; charset=utf-8")),
        ));
        bodies.push(Base::Bytes(text.into()));
    }
    if let Some(hex) = spec.hex {
        headers.push((
            CONTENT_TYPE,
            Some(HeaderValue::from_static("application/octet-stream")),
        ));
        bodies.push(Base::Bytes(unhex(&hex)?.into()));
    }
    if let Some(merge) = spec.answer {
        bodies.push(Base::Api(Some(merge)));
    }
    if let Some(chunks) = spec.chunks {
        if spec.gzip || spec.huge_body.is_some() {
            return Err("chunks go with neither gzip nor huge_body".to_owned());
        }
        headers.extend(chunk::headers().map(|(name, value)| (name, Some(value))));
        bodies.push(Base::Chunks(chunks.into()));
    }
    if bodies.len() > 1 {
        return Err("a fault can have one of body, text, hex, answer and chunks".to_owned());
    }
    let mut status = status;
    if let Some(location) = &spec.redirect {
        status = status.or(Some(StatusCode::TEMPORARY_REDIRECT));
        headers.push((LOCATION, Some(header_value("redirect", location)?)));
    }
    let base = bodies.pop().unwrap_or(match status {
        Some(status) if status.is_client_error() || status.is_server_error() => Base::Envelope,
        Some(status) if !status.is_success() || status == StatusCode::NO_CONTENT => {
            Base::Bytes(Bytes::new())
        }
        _ => Base::Api(None),
    });
    if let Some(media) = &spec.content_type {
        headers.push((CONTENT_TYPE, Some(header_value("content_type", media)?)));
    }
    for (name, value) in &spec.headers {
        let header = HeaderName::from_bytes(name.as_bytes())
            .map_err(|_| format!("{name:?} cannot be the name of a header"))?;
        let value = value
            .as_deref()
            .map(|value| header_value(name, value))
            .transpose()?;
        headers.push((header, value));
    }
    let no_body =
        matches!(&base, Base::Bytes(bytes) if bytes.is_empty()) && spec.huge_body.is_none();
    if no_body && matches!(ending, Ending::StallInBody | Ending::CutInBody { .. }) {
        return Err("an empty body cannot be cut or stall in its middle".to_owned());
    }
    if spec.content_length && (spec.huge_body.is_none() || spec.gzip) {
        return Err("content_length goes with huge_body, and not with gzip".to_owned());
    }
    Ok(Reply {
        base,
        status,
        headers,
        padding: spec.huge_body.map(|size| Padding {
            size,
            announced: spec.content_length,
        }),
        gzip: spec.gzip,
        ending,
        events: spec.cut_after_events.or(spec.stall_after_events),
    })
}

fn status(code: u16) -> Result<StatusCode, String> {
    match StatusCode::from_u16(code) {
        Ok(status) if !status.is_informational() => Ok(status),
        _ => Err(format!("{code} cannot be the status of an answer")),
    }
}

fn header_value(name: &str, value: &str) -> Result<HeaderValue, String> {
    HeaderValue::from_bytes(value.as_bytes())
        .map_err(|_| format!("{name}: {value:?} cannot be the value of a header"))
}

pub(crate) fn unhex(digits: &str) -> Result<Vec<u8>, String> {
    let bad = || format!("hex: {digits:?} is not pairs of hexadecimal digits");
    let (pairs, rest) = digits.as_bytes().as_chunks::<2>();
    if !rest.is_empty() {
        return Err(bad());
    }
    pairs
        .iter()
        .map(|pair| {
            let digit = |byte| {
                char::from(byte)
                    .to_digit(16)
                    .and_then(|digit| u8::try_from(digit).ok())
            };
            let [high, low] = pair.map(digit);
            Ok(high.ok_or_else(bad)? << 4 | low.ok_or_else(bad)?)
        })
        .collect()
}
