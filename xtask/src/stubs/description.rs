//! Core's description of itself, read from its JSON.

use anyhow::{Context as _, Result, bail};
use serde_json::Value;

pub(super) struct Description {
    pub(super) shapes: Vec<Shape>,
    pub(super) resources: Vec<Resource>,
}

pub(super) struct Shape {
    pub(super) name: String,
    pub(super) docs: Vec<String>,
    pub(super) kind: Kind,
}

pub(super) enum Kind {
    /// What the API gives.
    Model(Vec<Member>),
    /// What the API takes.
    Params(Vec<Member>),
    /// An open set of texts.
    Enum(Vec<Text>),
    /// One of several models: the text that tells them apart, and the model.
    Union(Vec<Member>),
}

pub(super) struct Member {
    pub(super) name: String,
    pub(super) docs: Vec<String>,
    pub(super) ty: Type,
}

/// A value of an enum.
pub(super) struct Text {
    pub(super) value: String,
    pub(super) docs: Vec<String>,
}

pub(super) enum Type {
    Boolean,
    Integer,
    String,
    Timestamp,
    /// Texts by name.
    Texts,
    /// A shape, by name.
    Named(String),
    List(Box<Self>),
    /// May be left out.
    Optional(Box<Self>),
    /// May be left out, and null is a value.
    Nullable(Box<Self>),
}

impl Type {
    /// Whether it may not be left out.
    pub(super) fn is_required(&self) -> bool {
        !matches!(self, Self::Optional(_) | Self::Nullable(_))
    }
}

pub(super) struct Resource {
    pub(super) name: String,
    pub(super) docs: Vec<String>,
    pub(super) children: Vec<Child>,
    pub(super) methods: Vec<Method>,
}

/// A resource below another.
pub(super) struct Child {
    pub(super) name: String,
    pub(super) docs: Vec<String>,
    pub(super) resource: String,
}

pub(super) struct Method {
    pub(super) name: String,
    pub(super) docs: Vec<String>,
    /// What must be given, in order.
    pub(super) arguments: Vec<String>,
    /// What its parameters are called.
    pub(super) params: String,
    pub(super) answer: Answer,
}

/// What a call gives.
pub(super) enum Answer {
    Model(String),
    Nothing,
    /// Pages of a model.
    Page(String),
    /// Events, each a shape of this name.
    Events(String),
    /// Another resource.
    Resource(String),
}

impl Description {
    pub(super) fn read(json: &str) -> Result<Self> {
        let json: Value = serde_json::from_str(json).context("core's description is not JSON")?;
        Ok(Self {
            shapes: each(&json, "shapes", shape)?,
            resources: each(&json, "resources", resource)?,
        })
    }

    /// Whether this resource is what a call gives.
    pub(super) fn is_answer(&self, resource: &str) -> bool {
        let mut methods = self.resources.iter().flat_map(|resource| &resource.methods);
        methods.any(|method| matches!(&method.answer, Answer::Resource(name) if name == resource))
    }

    /// The parameters of a call, by field; none where it takes none.
    pub(super) fn params(&self, method: &Method) -> Result<&[Member]> {
        let shape = self.shapes.iter().find(|shape| shape.name == method.params);
        match shape.map(|shape| &shape.kind) {
            Some(Kind::Params(fields)) => Ok(fields),
            _ => bail!(
                "{} takes {}, which is not described",
                method.name,
                method.params
            ),
        }
    }
}

fn shape(json: &Value) -> Result<Shape> {
    let kind = match text(json, "kind")?.as_str() {
        "model" => Kind::Model(each(json, "fields", member)?),
        "params" => Kind::Params(each(json, "fields", member)?),
        "enum" => Kind::Enum(each(json, "values", value)?),
        "union" => Kind::Union(each(json, "fields", member)?),
        other => bail!("nobody has taught the stubs what a {other} is"),
    };
    Ok(Shape {
        name: text(json, "name")?,
        docs: docs(json)?,
        kind,
    })
}

fn member(json: &Value) -> Result<Member> {
    Ok(Member {
        name: text(json, "name")?,
        docs: docs(json)?,
        ty: ty(json)?,
    })
}

fn value(json: &Value) -> Result<Text> {
    Ok(Text {
        value: text(json, "value")?,
        docs: docs(json)?,
    })
}

fn ty(json: &Value) -> Result<Type> {
    let inner = || -> Result<Box<Type>> {
        Ok(Box::new(ty(json
            .get("of")
            .context("a type of nothing")?)?))
    };
    Ok(match text(json, "type")?.as_str() {
        "boolean" => Type::Boolean,
        "integer" => Type::Integer,
        "string" => Type::String,
        "timestamp" => Type::Timestamp,
        "texts" => Type::Texts,
        "named" => Type::Named(text(json, "of")?),
        "list" => Type::List(inner()?),
        "optional" => Type::Optional(inner()?),
        "nullable" => Type::Nullable(inner()?),
        other => bail!("nobody has taught the stubs what a {other} is"),
    })
}

fn resource(json: &Value) -> Result<Resource> {
    Ok(Resource {
        name: text(json, "name")?,
        docs: docs(json)?,
        children: each(json, "resources", |json| {
            Ok(Child {
                name: text(json, "name")?,
                docs: docs(json)?,
                resource: text(json, "resource")?,
            })
        })?,
        methods: each(json, "methods", |json| {
            Ok(Method {
                name: text(json, "name")?,
                docs: docs(json)?,
                // Where it is the parameters themselves that must be given, they are listed too.
                arguments: each(json, "arguments", string)?
                    .into_iter()
                    .filter(|argument| argument != "params")
                    .collect(),
                params: text(json, "params")?,
                answer: answer(json)?,
            })
        })?,
    })
}

fn answer(json: &Value) -> Result<Answer> {
    let of = || text(json, "of");
    Ok(match text(json, "answer")?.as_str() {
        "model" => Answer::Model(of()?),
        "nothing" => Answer::Nothing,
        "page" => Answer::Page(of()?),
        "events" => Answer::Events(of()?),
        "resource" => Answer::Resource(of()?),
        other => bail!("nobody has taught the stubs what a {other} is"),
    })
}

/// A doc comment, without the blank after each `///`.
fn docs(json: &Value) -> Result<Vec<String>> {
    each(json, "docs", |line| {
        string(line).map(|line| line.strip_prefix(' ').unwrap_or(&line).to_owned())
    })
}

fn text(json: &Value, name: &str) -> Result<String> {
    string(json.get(name).unwrap_or(&Value::Null)).with_context(|| format!("no {name} in {json}"))
}

fn string(json: &Value) -> Result<String> {
    json.as_str().map(str::to_owned).context("not a text")
}

fn each<T>(json: &Value, name: &str, read: impl Fn(&Value) -> Result<T>) -> Result<Vec<T>> {
    let list = json
        .get(name)
        .and_then(Value::as_array)
        .with_context(|| format!("no {name} in {json}"))?;
    list.iter().map(read).collect()
}
