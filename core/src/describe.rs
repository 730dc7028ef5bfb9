//! What the models, parameters and calls are, as data: the stubs of other languages are written from it.

use serde::Serialize;

use crate::answer::Model;
use crate::{Events, FieldValues, ManagedAuthSession, Page, Secret, Timestamp};

/// The type of a field.
#[derive(Serialize)]
#[serde(tag = "type", content = "of", rename_all = "snake_case")]
pub enum Type {
    /// True or false.
    Boolean,
    /// A whole number.
    Integer,
    /// A text.
    String,
    /// An RFC 3339 date and time.
    Timestamp,
    /// A model, parameters or an enum, by name.
    Named(&'static str),
    /// Texts by name.
    Texts,
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
    i64 = Integer,
    FieldValues = Texts,
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
    /// The names of the arguments that come first: parts of the path, a code; or `params` itself.
    pub arguments: &'static [&'static str],
    /// The parameters it takes, by name.
    pub params: &'static str,
    /// What it gives.
    #[serde(flatten)]
    pub answer: Given,
}

/// What a call gives.
#[derive(Serialize)]
#[serde(tag = "answer", content = "of", rename_all = "snake_case")]
pub enum Given {
    /// A model, by name.
    Model(&'static str),
    /// Nothing.
    Nothing,
    /// Pages of a model, by its name.
    Page(&'static str),
    /// Events, each a model by this name.
    Events(&'static str),
    /// Another resource, by name.
    Resource(&'static str),
}

/// An answer that can be described.
pub(crate) trait DescribeAnswer {
    const ANSWER: Given;
}

impl<T: Describe + Model> DescribeAnswer for T {
    const ANSWER: Given = Given::Model(T::SHAPE.name);
}

impl DescribeAnswer for () {
    const ANSWER: Given = Given::Nothing;
}

impl<T: Describe> DescribeAnswer for Page<T> {
    const ANSWER: Given = Given::Page(T::SHAPE.name);
}

impl DescribeAnswer for Events {
    const ANSWER: Given = Given::Events(crate::models::ManagedAuthEvent::SHAPE.name);
}

impl DescribeAnswer for ManagedAuthSession {
    const ANSWER: Given = Given::Resource(ManagedAuthSession::NAME);
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
