//! The page on which a person signs in.

use bytes::Bytes;
use hyper::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderValue, X_CONTENT_TYPE_OPTIONS,
};
use hyper::http::request::Parts;
use hyper::{Method, StatusCode};

use crate::answer::{self, Answer, Problem};

const FOLDER: &str = "/login/";

/// Puts files of the folder `page` into the program.
macro_rules! page {
    ($($name:literal)*) => {
        &[$(($name, include_str!(concat!("../page/", $name)))),*]
    };
}

const FILES: &[(&str, &str)] = page![
    "login.html" "login.css" "login.js" "connection.js" "destination.js" "interaction.js"
    "view.js" "words.js"
];

/// The answer to a request for the page, or for a part of it.
pub(crate) fn answer(head: &Parts) -> Option<Answer> {
    let name = head.uri.path().strip_prefix(FOLDER)?;
    if name.is_empty() || name.contains('/') {
        return None;
    }
    if head.method != Method::GET {
        return Some(Problem::method_not_allowed("GET").into());
    }
    // Every connection has the same page; it reads the address itself.
    let mut files = FILES.iter();
    let part = files.find(|(known, _)| *known == name);
    let (name, text) = part.or(FILES.first())?;
    let media = match name.rsplit_once('.') {
        Some((_, "css")) => "text/css; charset=utf-8",
        Some((_, "js")) => "text/javascript; charset=utf-8",
        _ => "text/html; charset=utf-8",
    };
    let mut answer = answer::empty(StatusCode::OK);
    *answer.body_mut() = Bytes::from_static(text.as_bytes());
    let headers = answer.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(media));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    // The rest of the policy stands in the page itself, where this would not count.
    headers.insert(
        CONTENT_SECURITY_POLICY,
        HeaderValue::from_static("frame-ancestors 'none'"),
    );
    Some(answer)
}
