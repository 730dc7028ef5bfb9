//! How a model is written: `#[apply(model)]`, `#[apply(params)]`, `#[apply(string_enum)]` and their kin.
//!
//! The only place that knows in how many languages a model lives. Each attribute leaves the item as it stands
//! and adds what serde, Python, Swift and the stubs need. A doc comment is the only attribute an item may carry:
//! the stubs of every language repeat it.

/// An answer, or a part of one. Fields that this version does not know are kept in `extra`.
macro_rules! model {
    (
        $(#[doc = $doc:literal])*
        pub struct $name:ident { $( $(#[doc = $field_doc:literal])* pub $field:ident: $ty:ty, )* }
    ) => {
        $(#[doc = $doc])*
        #[derive(Clone, Debug, PartialEq)]
        #[cfg_attr(
            feature = "python",
            pyo3::pyclass(frozen, extends = $crate::python::BaseModel, module = "kernel_client.types.auth")
        )]
        #[cfg_attr(feature = "swift", derive(uniffi::Record))]
        #[non_exhaustive]
        pub struct $name {
            $( $(#[doc = $field_doc])* pub $field: $ty, )*
            /// Fields that this version has no name for.
            pub extra: $crate::Extra,
        }

        read_object! { $name { $( $field: $ty, )* } extra }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                use serde::ser::SerializeMap;
                let mut map = serializer.serialize_map(None)?;
                let mut places = 0..;
                $(
                    let name = const { $crate::field::wire_name(stringify!($field)) };
                    let place = places.next().unwrap_or_default();
                    if !$crate::field::Field::is_left_out(&self.$field) || self.extra.is_null_at(place, name) {
                        map.serialize_entry(name, &self.$field)?;
                    }
                )*
                for (name, value) in self.extra.iter() {
                    map.serialize_entry(name, value)?;
                }
                map.end()
            }
        }

        impl $crate::field::Field for $name {}

        // What the trait has as well, for each model by itself: so it is compiled into this crate, and not, as large as it
        // is, once more into each crate that makes calls.
        impl $crate::answer::Model for $name {
            fn of_text(named: &str, text: &[u8]) -> Result<Self, String> {
                $crate::response::decode(named, text)
            }

            fn list_of_text(named: &str, text: &[u8]) -> Result<Option<Vec<Self>>, String> {
                $crate::response::decode(named, text)
            }
        }

        #[cfg(any(feature = "host", test))]
        impl<'de> $crate::check::Checked<'de> for $name {
            fn check<D: serde::Deserializer<'de>>(deserializer: D) -> Result<(), D::Error> {
                struct FieldsVisitor;

                impl<'de> serde::de::Visitor<'de> for FieldsVisitor {
                    type Value = ();

                    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        f.write_str("an object")
                    }

                    fn visit_map<A: serde::de::MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
                        $( let mut $field = false; )*
                        while let Some(name) = map.next_key::<$crate::field::Text<'de>>()? {
                            match name.as_str() {
                                $( text if text == const { $crate::field::wire_name(stringify!($field)) } => {
                                    map.next_value::<$crate::field::Given<$crate::check::Check<$ty>>>()?;
                                    $field = true;
                                } )*
                                // It would be kept, so it has to be a value.
                                _ => {
                                    map.next_value::<serde_json::Value>()?;
                                }
                            }
                        }
                        $( if !$field {
                            let name = const { $crate::field::wire_name(stringify!($field)) };
                            $crate::field::missing::<$crate::check::Check<$ty>, _>(name)?;
                        } )*
                        Ok(())
                    }
                }

                deserializer.deserialize_map(FieldsVisitor)
            }
        }

        #[cfg(feature = "describe")]
        impl $crate::describe::Described for $name {
            fn ty() -> $crate::describe::Type {
                $crate::describe::Type::Named(stringify!($name))
            }
        }

        #[cfg(feature = "python")]
        impl $crate::python::ToPython for $name {
            fn to_python<'py>(&self, py: pyo3::Python<'py>) -> pyo3::PyResult<pyo3::Bound<'py, pyo3::PyAny>> {
                $crate::python::object(py, self.clone())
            }

            fn dump<'a>(
                &'a self,
                how: $crate::python::How,
                only: &$crate::python::Only<'_>,
            ) -> pyo3::PyResult<$crate::python::Node<'a>> {
                $crate::python::dump_model(self, how, only)
            }
        }

        #[cfg(feature = "python")]
        impl $crate::python::PyModel for $name {
            const CLASS: $crate::python::Class = $crate::python::Class {
                name: stringify!($name),
                fields: &[ $( $crate::python::FieldOf {
                    name: $crate::field::wire_name(stringify!($field)),
                    text: |py| pyo3::intern!(py, $crate::field::wire_name(stringify!($field))).clone(),
                    docs: &[$($field_doc),*],
                    is_required: || <$ty as $crate::field::Field>::missing().is_none(),
                }, )* ],
                make: $crate::python::make::<$name>,
                read: $crate::python::read_json::<$name>,
            };
        }

        #[cfg(feature = "python")]
        impl $crate::python::AnyModel for $name {
            fn class(&self) -> $crate::python::Class {
                <Self as $crate::python::PyModel>::CLASS
            }

            fn values(&self) -> Vec<&dyn $crate::python::ToPython> {
                vec![$( &self.$field ),*]
            }

            fn extra(&self) -> &$crate::Extra {
                &self.extra
            }

            fn is_equal(&self, other: &dyn std::any::Any) -> bool {
                other.downcast_ref::<Self>().is_some_and(|other| self == other)
            }

            fn to_value(&self) -> serde_json::Result<serde_json::Value> {
                serde_json::to_value(self)
            }

            fn copy<'py>(&self, py: pyo3::Python<'py>) -> pyo3::PyResult<pyo3::Bound<'py, pyo3::PyAny>> {
                $crate::python::ToPython::to_python(self, py)
            }
        }

        #[cfg(feature = "python")]
        impl<'py> pyo3::IntoPyObject<'py> for $name {
            type Target = Self;
            type Output = pyo3::Bound<'py, Self>;
            type Error = pyo3::PyErr;

            fn into_pyobject(self, py: pyo3::Python<'py>) -> pyo3::PyResult<pyo3::Bound<'py, Self>> {
                pyo3::Bound::new(py, $crate::python::BaseModel::with(self))
            }
        }

        #[cfg(feature = "describe")]
        impl $crate::describe::Describe for $name {
            const SHAPE: $crate::describe::Shape = $crate::describe::Shape {
                kind: $crate::describe::Kind::Model,
                name: stringify!($name),
                docs: &[$($doc),*],
                fields: || vec![ $( $crate::describe::Member {
                    name: $crate::field::wire_name(stringify!($field)),
                    docs: &[$($field_doc),*],
                    ty: <$ty as $crate::describe::Described>::ty(),
                }, )* ],
                values: &[],
            };
        }

        #[cfg(feature = "python")]
        #[pyo3::pymethods]
        impl $name {
            #[new]
            #[pyo3(signature = (**fields))]
            fn made(
                fields: Option<&pyo3::Bound<'_, pyo3::types::PyDict>>,
            ) -> pyo3::PyResult<pyo3::PyClassInitializer<Self>> {
                $crate::python::made(fields)
            }

            #[classattr]
            #[pyo3(name = "_kernel_model")]
            fn class_of_models() -> $crate::python::Class {
                <Self as $crate::python::PyModel>::CLASS
            }

            $( $(#[doc = $field_doc])*
            #[getter]
            fn $field<'py>(&self, py: pyo3::Python<'py>) -> pyo3::PyResult<pyo3::Bound<'py, pyo3::PyAny>> {
                $crate::python::ToPython::to_python(&self.$field, py)
            } )*
        }
    };
}

/// How an object is read, field by field. With `extra`, what has no name here is kept; otherwise it is refused.
macro_rules! read_object {
    ($name:ident { $( $field:ident: $ty:ty, )* } $($extra:ident)?) => {
        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                struct FieldsVisitor;

                impl<'de> serde::de::Visitor<'de> for FieldsVisitor {
                    type Value = $name;

                    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        f.write_str("an object")
                    }

                    fn visit_map<A: serde::de::MapAccess<'de>>(self, mut map: A) -> Result<$name, A::Error> {
                        $( let mut $field: Option<$ty> = None; )*
                        $( let mut $extra = $crate::Extra::default(); )?
                        while let Some(name) = map.next_key::<$crate::field::Text<'de>>()? {
                            match name.as_str() {
                                $( text if text == const { $crate::field::wire_name(stringify!($field)) } => {
                                    $crate::field::read(&mut map, &mut $field)?;
                                } )*
                                _ => read_object!(@unknown map name [$( $field )*] $($extra)?),
                            }
                        }
                        const NAMES: &[&str] = &[$( $crate::field::wire_name(stringify!($field)) ),*];
                        #[allow(unused_mut, unused_variables, reason = "there may be no field, or no `extra`")]
                        let (mut nulls, mut places) = (const { $crate::field::Nulls::of(NAMES) }, 0..);
                        $( nulls.note(&mut places, $field.as_ref()); )*
                        Ok($name {
                            $( $field: match $field {
                                Some(value) => value,
                                None => $crate::field::missing(const { $crate::field::wire_name(stringify!($field)) })?,
                            }, )*
                            $( $extra: $extra.with_nulls(nulls), )?
                        })
                    }
                }

                deserializer.deserialize_map(FieldsVisitor)
            }
        }
    };
    (@unknown $map:ident $name:ident $fields:tt $extra:ident) => {
        $extra.insert($name.into_string(), $map.next_value()?)
    };
    (@unknown $map:ident $name:ident [$( $field:ident )*]) => {
        return Err(serde::de::Error::unknown_field(
            $name.as_str(),
            const { &[$( $crate::field::wire_name(stringify!($field)) ),*] },
        ))
    };
}

/// Settings made of named values: an unknown name is refused, a value may be left out.
macro_rules! options {
    (
        $(#[doc = $doc:literal])*
        pub struct $name:ident { $( $(#[doc = $field_doc:literal])* pub $field:ident: $ty:ty, )* }
    ) => {
        $(#[doc = $doc])*
        #[derive(Clone, Debug, Default, PartialEq)]
        pub struct $name {
            $( $(#[doc = $field_doc])* pub $field: $ty, )*
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                struct FieldsVisitor;

                impl<'de> serde::de::Visitor<'de> for FieldsVisitor {
                    type Value = $name;

                    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        f.write_str("an object")
                    }

                    fn visit_map<A: serde::de::MapAccess<'de>>(self, mut map: A) -> Result<$name, A::Error> {
                        const NAMES: &[&str] = &[$( $crate::field::wire_name(stringify!($field)) ),*];
                        let mut given = $name::default();
                        while let Some(name) = map.next_key::<$crate::field::Text<'de>>()? {
                            match name.as_str() {
                                $( text if text == const { $crate::field::wire_name(stringify!($field)) } => {
                                    given.$field = map.next_value::<$crate::field::Given<$ty>>()?.0;
                                } )*
                                other => return Err(serde::de::Error::unknown_field(other, NAMES)),
                            }
                        }
                        Ok(given)
                    }
                }

                deserializer.deserialize_map(FieldsVisitor)
            }
        }
    };
}

/// What a caller may send: a field that is no `Option` must be there, an unknown one is refused.
macro_rules! params {
    (
        $(#[doc = $doc:literal])*
        pub struct $name:ident { $($fields:tt)* }
    ) => {
        params! { @sort [[$(#[doc = $doc])*] $name] [] [] $($fields)* }
    };
    // Field by field: those that must be there, and those that may be left out.
    (
        @sort $head:tt $required:tt [$($optional:tt)*]
        $(#[doc = $field_doc:literal])* pub $field:ident: Option<Option<$ty:ty>>, $($rest:tt)*
    ) => {
        params! {
            @sort $head $required
            [$($optional)* { [$($field_doc)*] $field Option<$ty> [$crate::field::OrNull<$ty>] or_null }] $($rest)*
        }
    };
    (
        @sort $head:tt $required:tt [$($optional:tt)*]
        $(#[doc = $field_doc:literal])* pub $field:ident: Option<$ty:ty>, $($rest:tt)*
    ) => {
        params! { @sort $head $required [$($optional)* { [$($field_doc)*] $field $ty [Into<$ty>] into }] $($rest)* }
    };
    (
        @sort $head:tt [$($required:tt)*] $optional:tt
        $(#[doc = $field_doc:literal])* pub $field:ident: $ty:ty, $($rest:tt)*
    ) => {
        params! { @sort $head [$($required)* { [$($field_doc)*] $field $ty }] $optional $($rest)* }
    };
    (@sort [[$($docs:tt)*] $name:ident] [] $optional:tt) => {
        params! { @item [$($docs)*] [derive(Default)] $name [] $optional }
    };
    (@sort [[$($docs:tt)*] $name:ident] [$( { [$($field_doc:literal)*] $field:ident $ty:ty } )+] $optional:tt) => {
        params! { @item [$($docs)*] [] $name [$( { [$($field_doc)*] $field $ty } )+] $optional }

        impl $name {
            /// With what must be given; everything else is left out.
            #[must_use]
            pub fn new($( $field: impl Into<$ty> ),+) -> Self {
                params! { @new [$( $field )+] $optional }
            }
        }
    };
    (@new [$( $required:ident )+] [$( { $docs:tt $field:ident $ty:ty [$($bound:tt)*] $make:ident } )*]) => {
        Self { $( $required: $required.into(), )+ $( $field: None, )* }
    };
    (
        @item [$(#[doc = $doc:literal])*] [$($attribute:meta)?] $name:ident
        [$( { [$($required_doc:literal)*] $required:ident $required_ty:ty } )*]
        [$( { [$($field_doc:literal)*] $field:ident $ty:ty [$($bound:tt)*] $make:ident } )*]
    ) => {
        $(#[doc = $doc])*
        #[derive(Clone, Debug, PartialEq)]
        $(#[$attribute])?
        #[cfg_attr(feature = "swift", derive(uniffi::Record))]
        #[non_exhaustive]
        pub struct $name {
            $( $(#[doc = $required_doc])* pub $required: $required_ty, )*
            $( $(#[doc = $field_doc])* #[cfg_attr(feature = "swift", uniffi(default = None))] pub $field: Option<$ty>, )*
        }

        impl $name {
            $( $(#[doc = $field_doc])*
            #[must_use]
            pub fn $field(mut self, value: impl $($bound)*) -> Self {
                self.$field = Some(value.$make());
                self
            } )*
        }

        read_object! { $name { $( $required: $required_ty, )* $( $field: Option<$ty>, )* } }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                use serde::ser::SerializeMap;
                #[allow(unused_mut, reason = "there may be no field")]
                let mut map = serializer.serialize_map(None)?;
                $( map.serialize_entry(const { $crate::field::wire_name(stringify!($required)) }, &self.$required)?; )*
                $( if let Some(value) = &self.$field {
                    map.serialize_entry(const { $crate::field::wire_name(stringify!($field)) }, value)?;
                } )*
                map.end()
            }
        }

        impl $crate::field::Field for $name {}

        #[cfg(feature = "describe")]
        impl $crate::describe::Described for $name {
            fn ty() -> $crate::describe::Type {
                $crate::describe::Type::Named(stringify!($name))
            }
        }

        #[cfg(feature = "describe")]
        impl $crate::describe::Describe for $name {
            const SHAPE: $crate::describe::Shape = $crate::describe::Shape {
                kind: $crate::describe::Kind::Params,
                name: stringify!($name),
                docs: &[$($doc),*],
                fields: || vec![
                    $( $crate::describe::Member {
                        name: $crate::field::wire_name(stringify!($required)),
                        docs: &[$($required_doc),*],
                        ty: <$required_ty as $crate::describe::Described>::ty(),
                    }, )*
                    $( $crate::describe::Member {
                        name: $crate::field::wire_name(stringify!($field)),
                        docs: &[$($field_doc),*],
                        ty: <Option<$ty> as $crate::describe::Described>::ty(),
                    }, )*
                ],
                values: &[],
            };
        }
    };
}

/// The parameters of one call: `params`, and a setter on the call itself for each that may be left out.
macro_rules! call_params {
    (
        $(#[doc = $doc:literal])*
        pub struct $name:ident { $($fields:tt)* }
    ) => {
        params! {
            $(#[doc = $doc])*
            pub struct $name { $($fields)* }
        }

        call_params! { @setters $name [] $($fields)* }
    };
    (
        @setters $name:ident [$($optional:tt)*]
        $(#[doc = $field_doc:literal])* pub $field:ident: Option<Option<$ty:ty>>, $($rest:tt)*
    ) => {
        call_params! {
            @setters $name
            [$($optional)* { [$($field_doc)*] $field [$crate::field::OrNull<$ty>] or_null }] $($rest)*
        }
    };
    (
        @setters $name:ident [$($optional:tt)*]
        $(#[doc = $field_doc:literal])* pub $field:ident: Option<$ty:ty>, $($rest:tt)*
    ) => {
        call_params! { @setters $name [$($optional)* { [$($field_doc)*] $field [Into<$ty>] into }] $($rest)* }
    };
    (
        @setters $name:ident $optional:tt
        $(#[doc = $field_doc:literal])* pub $field:ident: $ty:ty, $($rest:tt)*
    ) => {
        call_params! { @setters $name $optional $($rest)* }
    };
    (@setters $name:ident [$( { [$($field_doc:literal)*] $field:ident [$($bound:tt)*] $make:ident } )*]) => {
        impl<T> $crate::Call<$name, T> {
            $( $(#[doc = $field_doc])*
            pub fn $field(mut self, value: impl $($bound)*) -> Self {
                self.params.$field = Some(value.$make());
                self
            } )*
        }
    };
}

/// An open set of texts: the values known today, and `Unknown` for what the API adds later.
macro_rules! string_enum {
    (
        $(#[doc = $doc:literal])*
        pub enum $name:ident { $( $(#[doc = $value_doc:literal])* $variant:ident = $value:literal, )* }
    ) => {
        $(#[doc = $doc])*
        #[derive(Clone, Debug, PartialEq, Eq, Hash)]
        #[cfg_attr(feature = "swift", derive(uniffi::Enum))]
        #[cfg_attr(feature = "swift", uniffi::export(Display))]
        #[non_exhaustive]
        pub enum $name {
            $( $(#[doc = $value_doc])* $variant, )*
            /// A value that this version does not know.
            Unknown(String),
        }

        impl $name {
            /// The value on the wire.
            #[must_use]
            pub fn as_str(&self) -> &str {
                match self {
                    $( Self::$variant => $value, )*
                    Self::Unknown(value) => value,
                }
            }

            fn known(value: &str) -> Option<Self> {
                match value {
                    $( $value => Some(Self::$variant), )*
                    _ => None,
                }
            }
        }

        impl From<&str> for $name {
            fn from(value: &str) -> Self {
                Self::known(value).unwrap_or_else(|| Self::Unknown(value.to_owned()))
            }
        }

        impl From<String> for $name {
            fn from(value: String) -> Self {
                Self::known(&value).unwrap_or(Self::Unknown(value))
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let value = $crate::field::Text::deserialize(deserializer)?;
                Ok(Self::known(value.as_str()).unwrap_or_else(|| Self::Unknown(value.into_string())))
            }
        }

        impl $crate::field::Field for $name {}

        #[cfg(any(feature = "host", test))]
        impl<'de> $crate::check::Checked<'de> for $name {
            fn check<D: serde::Deserializer<'de>>(deserializer: D) -> Result<(), D::Error> {
                <$crate::field::Text as serde::Deserialize>::deserialize(deserializer).map(drop)
            }
        }

        #[cfg(feature = "describe")]
        impl $crate::describe::Described for $name {
            fn ty() -> $crate::describe::Type {
                $crate::describe::Type::Named(stringify!($name))
            }
        }

        #[cfg(feature = "python")]
        impl $crate::python::ToPython for $name {
            fn to_python<'py>(&self, py: pyo3::Python<'py>) -> pyo3::PyResult<pyo3::Bound<'py, pyo3::PyAny>> {
                // Python makes the text of a known value once.
                match self {
                    $( Self::$variant => Ok(pyo3::intern!(py, $value).clone().into_any()), )*
                    Self::Unknown(value) => $crate::python::object(py, value),
                }
            }

            fn dump<'a>(
                &'a self,
                _how: $crate::python::How,
                _only: &$crate::python::Only<'_>,
            ) -> pyo3::PyResult<$crate::python::Node<'a>> {
                Ok($crate::python::Node::Text(self.as_str()))
            }
        }

        #[cfg(feature = "describe")]
        impl $crate::describe::Describe for $name {
            const SHAPE: $crate::describe::Shape = $crate::describe::Shape {
                kind: $crate::describe::Kind::Enum,
                name: stringify!($name),
                docs: &[$($doc),*],
                fields: Vec::new,
                values: &[ $( $crate::describe::Value { value: $value, docs: &[$($value_doc),*] }, )* ],
            };
        }
    };
}

/// One resource. On its struct: the fields name the resources below it and become the methods that lead there. On
/// its `impl`: the calls, which stay as they stand. The stubs learn names, arguments and docs.
macro_rules! resource {
    (
        $(#[doc = $doc:literal])*
        pub struct $name:ident { $( $(#[doc = $child_doc:literal])* pub $child:ident: $child_ty:ident, )* }
    ) => {
        $(#[doc = $doc])*
        #[derive(Clone, Debug)]
        pub struct $name {
            pub(crate) client: $crate::Kernel,
        }

        impl $name {
            pub(crate) fn new(client: $crate::Kernel) -> Self {
                Self { client }
            }

            $( $(#[doc = $child_doc])*
            #[must_use]
            pub fn $child(&self) -> super::$child_ty {
                super::$child_ty::new(self.client.clone())
            } )*
        }

        #[cfg(feature = "describe")]
        impl $crate::describe::DescribeResource for $name {
            const NAME: &'static str = stringify!($name);
            const DOCS: &'static [&'static str] = &[$($doc),*];
            const RESOURCES: &'static [$crate::describe::Child] = &[ $( $crate::describe::Child {
                name: stringify!($child),
                docs: &[$($child_doc),*],
                resource: stringify!($child_ty),
            }, )* ];
        }
    };
    (
        impl $name:ident {
            $(
                $(#[doc = $doc:literal])*
                pub fn $method:ident(&$this:ident $(, $argument:ident: $argument_ty:ty)* $(,)?) -> Call<$params:ty, $answer:ty> $body:block
            )*
        }
    ) => {
        impl $name {
            $(
                $(#[doc = $doc])*
                pub fn $method(&$this $(, $argument: $argument_ty)*) -> Call<$params, $answer> $body
            )*
        }

        #[cfg(feature = "describe")]
        impl $name {
            pub(crate) const METHODS: &'static [$crate::describe::Method] = &[ $( $crate::describe::Method {
                name: stringify!($method),
                docs: &[$($doc),*],
                arguments: &[$( stringify!($argument) ),*],
                params: <$params as $crate::describe::Describe>::SHAPE.name,
                answer: <$answer as $crate::describe::DescribeAnswer>::ANSWER,
            }, )* ];
        }
    };
}

/// One of several models, told apart by their field `event`; `Unknown` is what the API adds later.
macro_rules! union {
    (
        $(#[doc = $doc:literal])*
        pub enum $name:ident { $( $(#[doc = $variant_doc:literal])* $variant:ident($ty:ty) = $tag:literal, )* }
    ) => {
        $(#[doc = $doc])*
        #[derive(Clone, Debug, PartialEq)]
        #[cfg_attr(feature = "swift", derive(uniffi::Enum))]
        #[allow(clippy::large_enum_variant, reason = "few are held at a time, and a box would be in everybody's way")]
        #[non_exhaustive]
        pub enum $name {
            $( $(#[doc = $variant_doc])* $variant($ty), )*
            /// One that this version does not know, whole.
            Unknown($crate::Unrecognized),
        }

        impl $name {
            /// Reads one, or says what is wrong with it; `named` is how it is spoken of.
            pub(crate) fn read(named: &str, text: &[u8]) -> Result<Self, String> {
                match $crate::field::tag(text).as_ref().map($crate::field::Text::as_str) {
                    $( Some($tag) => $crate::response::decode(named, text).map(Self::$variant), )*
                    _ => $crate::response::decode(named, text).map(Self::Unknown),
                }
            }

            /// Whether it says when it happened.
            pub(crate) fn is_timed(&self) -> bool {
                match self {
                    $( Self::$variant(_) )|* => true,
                    Self::Unknown(value) => value.get("timestamp").is_some(),
                }
            }
        }

        $( #[allow(dead_code, reason = "not each is asked for")]
        impl $ty {
            /// What its field `event` says.
            pub(crate) const TAG: &'static str = $tag;
        } )*

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                match self {
                    $( Self::$variant(model) => model.serialize(serializer), )*
                    Self::Unknown(value) => value.serialize(serializer),
                }
            }
        }

        #[cfg(feature = "swift")]
        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let value = serde_json::Value::deserialize(deserializer)?.to_string();
                Self::read("it", value.as_bytes()).map_err(serde::de::Error::custom)
            }
        }

        impl $crate::field::Field for $name {}

        #[cfg(feature = "describe")]
        impl $crate::describe::Described for $name {
            fn ty() -> $crate::describe::Type {
                $crate::describe::Type::Named(stringify!($name))
            }
        }

        #[cfg(feature = "describe")]
        impl $crate::describe::Describe for $name {
            const SHAPE: $crate::describe::Shape = $crate::describe::Shape {
                kind: $crate::describe::Kind::Union,
                name: stringify!($name),
                docs: &[$($doc),*],
                fields: || vec![ $( $crate::describe::Member {
                    name: $tag,
                    docs: &[$($variant_doc),*],
                    ty: <$ty as $crate::describe::Described>::ty(),
                }, )* ],
                values: &[],
            };
        }

        #[cfg(feature = "python")]
        impl $crate::python::ToPython for $name {
            fn to_python<'py>(&self, py: pyo3::Python<'py>) -> pyo3::PyResult<pyo3::Bound<'py, pyo3::PyAny>> {
                match self {
                    $( Self::$variant(model) => model.to_python(py), )*
                    Self::Unknown(value) => $crate::python::ToPython::to_python(&**value, py),
                }
            }

            fn dump<'a>(
                &'a self,
                how: $crate::python::How,
                only: &$crate::python::Only<'_>,
            ) -> pyo3::PyResult<$crate::python::Node<'a>> {
                match self {
                    $( Self::$variant(model) => model.dump(how, only), )*
                    Self::Unknown(value) => $crate::python::ToPython::dump(&**value, how, only),
                }
            }
        }
    };
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, from_value, json};

    use crate::models::{
        BrowserTelemetry, ConnectionLoginParams, FlowType, LoginResponse, ManagedAuthEvent, Proxy,
    };

    fn login(more: &Value) -> Value {
        let mut answer = json!({
            "id": "ma_1", "flow_type": "LOGIN", "hosted_url": "https://h", "flow_expires_at": "2026-11-05T20:00:00Z",
        });
        let fields = answer.as_object_mut().expect("an object");
        fields.extend(more.as_object().expect("an object").clone());
        answer
    }

    #[test]
    fn a_model_keeps_what_it_does_not_know() {
        let answer = login(&json!({ "flow_type": "PASSKEY", "added": {"later": [1, null]} }));
        let model: LoginResponse = from_value(answer.clone()).expect("a model");
        assert_eq!(model.flow_type, FlowType::Unknown("PASSKEY".to_owned()));
        assert_eq!(model.extra.get("added"), Some(&json!({"later": [1, null]})));
        assert_eq!(serde_json::to_value(&model).expect("JSON"), answer);
    }

    #[test]
    fn null_is_none_and_is_written_as_null_again() {
        let read = |answer: Value| from_value::<LoginResponse>(answer).expect("a model");
        let answer = login(&json!({ "handoff_code": null }));
        let mut model = read(answer.clone());
        assert_eq!(model.handoff_code, None);
        assert!(model.extra.is_null("handoff_code") && !model.extra.is_null("live_view_url"));
        assert!(!model.extra.is_null("nothing") && model.extra.is_empty());
        assert_eq!(serde_json::to_value(&model).expect("JSON"), answer);
        let absent = read(login(&json!({})));
        assert_eq!(model, absent);
        assert!(!absent.extra.is_null("handoff_code"));
        model.handoff_code = Some("code".into());
        let written = serde_json::to_value(&model).expect("JSON");
        assert_eq!(written, login(&json!({ "handoff_code": "code" })));
        assert!(from_value::<LoginResponse>(login(&json!({ "id": null }))).is_err());
    }

    #[test]
    fn the_last_of_several_values_counts() {
        let answer = |values: &str| {
            let text = format!(r#"{{"id": "a", "label": "b", "type": "sms", {values}}}"#);
            serde_json::from_str::<crate::models::ManagedAuthChoice>(&text).expect("a model")
        };
        let given = answer(r#""context": null, "context": "c""#);
        assert!(given.context.is_some() && !given.extra.is_null("context"));
        let null = answer(r#""context": "c", "context": null"#);
        assert!(null.context.is_none() && null.extra.is_null("context"));
    }

    #[test]
    fn debug_hides_secrets_and_unknown_values() {
        let answer = login(
            &json!({ "handoff_code": "hush", "live_view_url": "https://watch", "new": "maybe secret" }),
        );
        let text = format!(
            "{:?}",
            from_value::<LoginResponse>(answer).expect("a model")
        );
        for hidden in ["hush", "watch", "maybe secret"] {
            assert!(!text.contains(hidden), "{text}");
        }
        assert!(text.contains("\"new\""), "{text}");
    }

    #[test]
    fn parameters_tell_absent_null_and_value_apart() {
        let written = |params: &ConnectionLoginParams| serde_json::to_value(params).expect("JSON");
        let params = ConnectionLoginParams::default();
        assert_eq!(written(&params), json!({}));
        assert_eq!(
            written(&params.clone().browser_telemetry(None)),
            json!({ "browser_telemetry": null })
        );
        let telemetry = BrowserTelemetry::default().enabled(false);
        let given = params.browser_telemetry(telemetry).proxy(Proxy::by_id("p"));
        let wire = json!({ "browser_telemetry": { "enabled": false }, "proxy": { "id": "p" } });
        assert_eq!(written(&given), wire);
        assert_eq!(
            from_value::<ConnectionLoginParams>(wire).expect("parameters"),
            given
        );
        let null: ConnectionLoginParams =
            from_value(json!({ "browser_telemetry": null, "proxy": null })).expect("parameters");
        assert_eq!(written(&null), json!({ "browser_telemetry": null }));
    }

    #[test]
    fn a_union_goes_by_its_event() {
        let at = "2026-11-05T20:00:00Z";
        for (wire, known) in [
            (
                json!({ "event": "sse_heartbeat", "timestamp": at, "new": [1] }),
                true,
            ),
            (json!({ "event": "from the future", "x": 1 }), false),
            (json!({ "event": 5, "timestamp": at }), false),
            (json!({ "x": 1 }), false),
            (json!(null), false),
            (json!(["managed_auth_state"]), false),
        ] {
            let event =
                ManagedAuthEvent::read("it", wire.to_string().as_bytes()).expect("an event");
            assert_eq!(
                !matches!(event, ManagedAuthEvent::Unknown(_)),
                known,
                "{event:?}"
            );
            assert_eq!(event.is_timed(), wire["timestamp"].is_string());
            assert_eq!(serde_json::to_value(&event).expect("JSON"), wire);
        }
        let broken = ManagedAuthEvent::read("it", br#"{"event": "sse_heartbeat"}"#);
        assert_eq!(broken.expect_err("no time"), "`timestamp` of it is missing");
    }
}
