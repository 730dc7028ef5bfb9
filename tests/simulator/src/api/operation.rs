//! Which operation a request is for.

use hyper::Method;
use serde::Deserialize;

use Operation::{
    Context, Create, Delete, Exchange, Follow, List, Login, Retrieve, Submit, Timeline, Update,
};

/// An operation of the API.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Operation {
    Create,
    List,
    Retrieve,
    Update,
    Delete,
    Login,
    Submit,
    Follow,
    Timeline,
    Exchange,
    Context,
}

/// What a method and a path lead to.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Route<'a> {
    /// An operation, and the id in the path as it was sent.
    To(Operation, &'a str),
    /// There are only these methods.
    OtherMethod(&'static str),
    /// There is nothing.
    Nowhere,
}

impl<'a> Route<'a> {
    pub(crate) fn of(method: &Method, path: &'a str) -> Self {
        let Some(path) = path.strip_prefix("/auth/") else {
            return Self::Nowhere;
        };
        let mut segments = path.split('/');
        let parts = (
            segments.next(),
            segments.next(),
            segments.next(),
            segments.next(),
        );
        let (id, here, allow): (_, &[_], _) = match parts {
            (Some("context"), None, ..) => ("", &[(Method::GET, Context)], "GET"),
            (Some("connections"), None, ..) => (
                "",
                &[(Method::GET, List), (Method::POST, Create)],
                "GET, POST",
            ),
            (Some("connections"), Some(""), ..) => return Self::Nowhere,
            (Some("connections"), Some(id), None, _) => (
                id,
                &[
                    (Method::GET, Retrieve),
                    (Method::PATCH, Update),
                    (Method::DELETE, Delete),
                ],
                "GET, PATCH, DELETE",
            ),
            (Some("connections"), Some(id), Some(what), None) => match what {
                "login" => (id, &[(Method::POST, Login)], "POST"),
                "submit" => (id, &[(Method::POST, Submit)], "POST"),
                "exchange" => (id, &[(Method::POST, Exchange)], "POST"),
                "events" => (id, &[(Method::GET, Follow)], "GET"),
                "timeline" => (id, &[(Method::GET, Timeline)], "GET"),
                _ => return Self::Nowhere,
            },
            _ => return Self::Nowhere,
        };
        here.iter()
            .find(|(known, _)| known == method)
            .map_or(Self::OtherMethod(allow), |(_, operation)| {
                Self::To(*operation, id)
            })
    }

    pub(crate) fn operation(&self) -> Option<Operation> {
        match self {
            Self::To(operation, _) => Some(*operation),
            _ => None,
        }
    }
}
