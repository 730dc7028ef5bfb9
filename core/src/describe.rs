//! What the models, parameters and calls are, as data: the stubs of other languages are written from it.

use serde::Serialize;

use crate::{Secret, Timestamp};

/// The type of a field.
#[derive(Serialize)]
#[serde(tag = "type", content = "of", rename_all = "snake_case")]
pub enum Type {
    /// True or false.
    Boolean,
    /// A text.
    String,
    /// An RFC 3339 date and time.
    Timestamp,
    /// A model, parameters or an enum, by name.
    Named(&'static str),
    /// Any number of the same.
    List(Box<Type>),
    /// May be left out.
    Optional(Box<Type>),
    /// May be left out; null is a value of its own.
    Nullable(Box<Type>),
}

/// A type that a field can have.
pub(crate) trait Described {
    fn ty() -> Type;
}

macro_rules! described {
    ($($ty:ty = $shape:ident),*) => { $(
        impl Described for $ty {
            fn ty() -> Type {
                Type::$shape
            }
        }
    )* };
}

described!(
    bool = Boolean,
    String = String,
    Secret = String,
    Timestamp = Timestamp
);

impl<T: Described> Described for Vec<T> {
    fn ty() -> Type {
        Type::List(Box::new(T::ty()))
    }
}

impl<T: Described> Described for Option<T> {
    fn ty() -> Type {
        match T::ty() {
            Type::Optional(inner) => Type::Nullable(inner),
            inner => Type::Optional(Box::new(inner)),
        }
    }
}

/// What an item is.
#[derive(Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// What the API gives.
    Model,
    /// What the API takes.
    Params,
    /// An open set of texts.
    Enum,
    /// One of several models.
    Union,
}

/// A field.
#[derive(Serialize)]
pub struct Member {
    /// Its name on the wire.
    pub name: &'static str,
    /// Its doc comment, a line an entry.
    pub docs: &'static [&'static str],
    /// What it holds.
    #[serde(flatten)]
    pub ty: Type,
}

/// A value of an enum.
#[derive(Serialize)]
pub struct Value {
    /// The text on the wire.
    pub value: &'static str,
    /// Its doc comment, a line an entry.
    pub docs: &'static [&'static str],
}

/// A model, parameters or an enum.
#[derive(Serialize)]
pub struct Shape {
    /// What it is.
    pub kind: Kind,
    /// Its name.
    pub name: &'static str,
    /// Its doc comment, a line an entry.
    pub docs: &'static [&'static str],
    /// Its fields.
    #[serde(serialize_with = "called")]
    pub fields: fn() -> Vec<Member>,
    /// Its values.
    pub values: &'static [Value],
}

fn called<S: serde::Serializer>(
    fields: &fn() -> Vec<Member>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    fields().serialize(serializer)
}

/// An item that can be described.
pub(crate) trait Describe {
    const SHAPE: Shape;
}

/// A call.
#[derive(Serialize)]
pub struct Method {
    /// Its name.
    pub name: &'static str,
    /// Its doc comment, a line an entry.
    pub docs: &'static [&'static str],
    /// The names of the arguments that become part of the path.
    pub arguments: &'static [&'static str],
    /// The parameters it takes, by name.
    pub params: &'static str,
    /// The model it gives, by name.
    pub answer: &'static str,
}

/// A resource below another.
#[derive(Serialize)]
pub struct Child {
    /// The name of the way to it.
    pub name: &'static str,
    /// Its doc comment, a line an entry.
    pub docs: &'static [&'static str],
    /// The resource, by name.
    pub resource: &'static str,
}

/// A resource.
#[derive(Serialize)]
pub struct Resource {
    /// Its name.
    pub name: &'static str,
    /// Its doc comment, a line an entry.
    pub docs: &'static [&'static str],
    /// The resources below it.
    pub resources: &'static [Child],
    /// Its calls.
    pub methods: &'static [Method],
}

impl Resource {
    /// A resource with its calls.
    pub(crate) fn of<R: DescribeResource>(methods: &'static [Method]) -> Self {
        Self {
            name: R::NAME,
            docs: R::DOCS,
            resources: R::RESOURCES,
            methods,
        }
    }
}

/// A resource that can be described.
pub(crate) trait DescribeResource {
    const NAME: &'static str;
    const DOCS: &'static [&'static str];
    const RESOURCES: &'static [Child];
}

/// Everything the stubs need.
#[derive(Serialize)]
pub struct Description {
    /// Models, parameters and enums.
    pub shapes: Vec<Shape>,
    /// Resources with their calls.
    pub resources: Vec<Resource>,
}

/// The description of the whole client.
#[must_use]
pub fn describe() -> Description {
    Description {
        shapes: crate::models::shapes(),
        resources: crate::resources::resources(),
    }
}
