//! The API: who may call, and what answers.

mod access;
mod body;
mod connections;
mod context;
mod login;
mod operation;
mod paging;
mod session;
pub(crate) mod shapes;
mod show;

use std::sync::Arc;

use bytes::Bytes;
use hyper::http::request::Parts;
use hyper::{Method, Response, StatusCode};
use percent_encoding::percent_decode_str;
use serde_json::{Map, Value};

use crate::answer::{self, Answer, Matter, Problem};
use crate::chunk;
use crate::follow::Follower;
use crate::schema::Object;
use crate::world::World;
use paging::Page;

pub(crate) use operation::{Operation, Route};
pub(crate) use show::managed_auth;

/// What comes out of an operation that worked.
enum Outcome {
    Json(StatusCode, Value),
    Page(Page),
    Empty,
    Stream(Follower),
}

/// One request to the API.
struct Call<'a> {
    world: &'a Arc<World>,
    head: &'a Parts,
    body: &'a Bytes,
}

/// Answers one request. Fields in `overlay` are put over those of a successful answer; `null` removes one.
pub(crate) fn answer(
    world: &Arc<World>,
    head: &Parts,
    body: &Bytes,
    overlay: Option<&Map<String, Value>>,
) -> Response<Matter> {
    let call = Call { world, head, body };
    let answer = match call.run() {
        Err(problem) => problem.into(),
        Ok(Outcome::Empty) => answer::empty(StatusCode::NO_CONTENT),
        Ok(Outcome::Json(status, mut value)) => {
            put_over(&mut value, overlay);
            answer::json(status, &value)
        }
        Ok(Outcome::Page(mut page)) => {
            for item in &mut page.items {
                put_over(item, overlay);
            }
            paged(&page)
        }
        Ok(Outcome::Stream(follower)) => {
            let mut answer = answer::empty(StatusCode::OK);
            for (name, value) in chunk::headers() {
                answer.headers_mut().insert(name, value);
            }
            return answer.map(|_| Matter::Follow(Box::new(follower.with_overlay(overlay))));
        }
    };
    answer.map(Matter::Whole)
}

fn paged(page: &Page) -> Answer {
    let mut answer = answer::json(StatusCode::OK, &page.items);
    let headers = answer.headers_mut();
    headers.insert("x-has-more", answer::text(&page.has_more.to_string()));
    headers.insert("x-next-offset", page.next_offset.into());
    answer
}

/// Puts fields over those of an object; `null` removes one.
pub(crate) fn put_over(value: &mut Value, overlay: Option<&Map<String, Value>>) {
    if let (Value::Object(fields), Some(overlay)) = (value, overlay) {
        for (name, value) in overlay {
            if value.is_null() {
                fields.shift_remove(name);
            } else {
                fields.insert(name.clone(), value.clone());
            }
        }
    }
}

impl Call<'_> {
    fn run(&self) -> Result<Outcome, Problem> {
        let path = self.head.uri.path();
        let (operation, id) = match Route::of(&self.head.method, path) {
            Route::To(operation, id) => (operation, id),
            Route::OtherMethod(allow) => return Err(Problem::method_not_allowed(allow)),
            Route::Nowhere => return Err(nothing_here(&self.head.method, path)),
        };
        // What is no UTF-8 is no id of a connection.
        let id = percent_decode_str(id).decode_utf8_lossy();
        access::check(self.world, &self.head.headers, operation, &id)?;
        match operation {
            Operation::Create => connections::create(self),
            Operation::List => connections::list(self),
            Operation::Retrieve => connections::retrieve(self, &id),
            Operation::Update => connections::update(self, &id),
            Operation::Delete => connections::delete(self, &id),
            Operation::Timeline => connections::timeline(self, &id),
            Operation::Login => login::start(self, &id),
            Operation::Submit => login::submit(self, &id),
            Operation::Follow => login::follow(self, &id),
            Operation::Exchange => session::exchange(self, &id),
            Operation::Context if self.world.edition().is_newest() => Ok(context::retrieve(self)),
            Operation::Context => Err(nothing_here(&self.head.method, path)),
        }
    }

    /// The body of the request, which fits `shape`.
    fn object(&self, shape: &Object) -> Result<Map<String, Value>, Problem> {
        let lenient = self.world.allows_unknown_fields();
        body::read(&self.head.headers, self.body, shape, lenient)
    }
}

fn nothing_here(method: &Method, path: &str) -> Problem {
    Problem::not_found(format!("there is no {method} {path}"))
}

fn no_connection(id: &str) -> Problem {
    Problem::not_found(format!("auth connection {id} does not exist"))
}
