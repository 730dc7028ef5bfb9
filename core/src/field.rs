//! What a field can hold, and how it is read: left out, null, unknown.

use serde::de::value::UnitDeserializer;
use serde::de::{Deserialize, Deserializer, Error, IgnoredAny, MapAccess, Visitor};
use std::fmt;
use std::marker::PhantomData;
use std::ops::RangeFrom;

use crate::{Secret, Timestamp};

/// A type that a model or a set of options may hold.
pub(crate) trait Field: Sized {
    /// The value of a field that is not there; `None` when it must be there.
    fn missing() -> Option<Self> {
        None
    }

    /// The value of a field that is `null`; `None` when it must not be.
    fn null() -> Option<Self> {
        None
    }

    /// Whether it stays out of what is written.
    fn is_left_out(&self) -> bool {
        false
    }
}

impl<T: Field> Field for Option<T> {
    fn missing() -> Option<Self> {
        Some(None)
    }

    // One level of `Option` reads null as left out; a second one keeps the two apart.
    fn null() -> Option<Self> {
        Some(T::null())
    }

    fn is_left_out(&self) -> bool {
        self.is_none()
    }
}

/// What a setter takes where null is a value: a value, or an `Option` of one.
pub trait OrNull<T> {
    /// The value, or null.
    fn or_null(self) -> Option<T>;
}

impl<T> OrNull<T> for T {
    fn or_null(self) -> Option<T> {
        Some(self)
    }
}

impl<T> OrNull<T> for Option<T> {
    fn or_null(self) -> Option<T> {
        self
    }
}

impl OrNull<String> for &str {
    fn or_null(self) -> Option<String> {
        Some(self.to_owned())
    }
}

macro_rules! field {
    ($($ty:ty),*) => { $( impl Field for $ty {} )* };
}

field!(bool, f64, i64, String, serde_json::Value, Secret, Timestamp);

impl<T: Field> Field for Vec<T> {}

/// Reads a field that is there: null becomes what the type says null is, or is refused.
pub(crate) struct Given<T>(pub(crate) T);

impl<'de, T: Field + Deserialize<'de>> Deserialize<'de> for Given<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct NullOr<T>(PhantomData<T>);

        impl<'de, T: Field + Deserialize<'de>> Visitor<'de> for NullOr<T> {
            type Value = T;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a value")
            }

            fn visit_none<E: Error>(self) -> Result<T, E> {
                // Where null is refused, the type itself says what it wants instead.
                T::null().map_or_else(|| T::deserialize(UnitDeserializer::new()), Ok)
            }

            fn visit_unit<E: Error>(self) -> Result<T, E> {
                self.visit_none()
            }

            fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<T, D::Error> {
                T::deserialize(deserializer)
            }
        }

        deserializer
            .deserialize_option(NullOr(PhantomData))
            .map(Given)
    }
}

/// A name or a value that is compared before it is kept: no copy where the input allows it.
pub(crate) enum Text<'de> {
    Borrowed(&'de str),
    Owned(String),
}

impl Text<'_> {
    pub(crate) fn as_str(&self) -> &str {
        match self {
            Self::Borrowed(name) => name,
            Self::Owned(name) => name,
        }
    }

    pub(crate) fn into_string(self) -> String {
        match self {
            Self::Borrowed(name) => name.to_owned(),
            Self::Owned(name) => name,
        }
    }
}

impl<'de> Deserialize<'de> for Text<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct AnyText;

        impl<'de> Visitor<'de> for AnyText {
            type Value = Text<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a string")
            }

            fn visit_borrowed_str<E: Error>(self, name: &'de str) -> Result<Text<'de>, E> {
                Ok(Text::Borrowed(name))
            }

            fn visit_str<E: Error>(self, name: &str) -> Result<Text<'de>, E> {
                Ok(Text::Owned(name.to_owned()))
            }
        }

        deserializer.deserialize_str(AnyText)
    }
}

/// Which fields of an object came as null: a bit for each name, in order.
#[derive(Clone, Copy, Default)]
pub(crate) struct Nulls {
    names: &'static [&'static str],
    bits: u64,
}

impl Nulls {
    pub(crate) const fn of(names: &'static [&'static str]) -> Self {
        assert!(names.len() <= 64, "a bit for each field");
        Self { names, bits: 0 }
    }

    pub(crate) fn is_empty(self) -> bool {
        self.bits == 0
    }

    /// Takes note of the next field, which came or did not.
    pub(crate) fn note<T: Field>(&mut self, places: &mut RangeFrom<usize>, given: Option<&T>) {
        let place = places.next().unwrap_or_default();
        self.bits |= u64::from(given.is_some_and(T::is_left_out)) << place;
    }

    pub(crate) fn has(self, name: &str) -> bool {
        let mut names = self.names.iter().enumerate();
        names.any(|(at, known)| *known == name && self.bit(at))
    }

    /// The same for a field whose place among those of its own model is known: what came with a model can have been
    /// moved to another one.
    pub(crate) fn has_at(self, place: usize, name: &str) -> bool {
        // Most answers have none, and then no name is looked for.
        self.bits != 0
            && match self.names.get(place) {
                Some(known) if *known == name => self.bit(place),
                _ => self.has(name),
            }
    }

    fn bit(self, place: usize) -> bool {
        self.bits >> place & 1 == 1
    }
}

/// Reads the value of a field. For all fields of one type there is one copy of this.
#[inline(never)]
pub(crate) fn read<'de, T, A>(map: &mut A, place: &mut Option<T>) -> Result<(), A::Error>
where
    T: Field + Deserialize<'de>,
    A: MapAccess<'de>,
{
    *place = Some(map.next_value::<Given<T>>()?.0);
    Ok(())
}

/// What a field that is not there comes to.
pub(crate) fn missing<T: Field, E: Error>(name: &'static str) -> Result<T, E> {
    T::missing().ok_or_else(|| E::missing_field(name))
}

/// A field's name on the wire: a name that is a word of Rust is written `r#name` there.
pub(crate) const fn wire_name(name: &'static str) -> &'static str {
    match name.as_bytes() {
        [b'r', b'#', ..] => name.split_at(2).1,
        _ => name,
    }
}

/// What the field `event` of an object says. Nothing after it is read.
pub(crate) fn tag(text: &[u8]) -> Option<Text<'_>> {
    struct Tag<'t, 'de>(&'t mut Option<Text<'de>>);

    impl<'de> Visitor<'de> for Tag<'_, 'de> {
        type Value = ();

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("an object")
        }

        fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
            while let Some(name) = map.next_key::<Text<'de>>()? {
                if name.as_str() == "event" {
                    *self.0 = Some(map.next_value()?);
                    break;
                }
                map.next_value::<IgnoredAny>()?;
            }
            Ok(())
        }
    }

    let mut tag = None;
    let mut input = serde_json::Deserializer::from_slice(text);
    // It complains that there is more, where it was told to stop.
    let _ = input.deserialize_map(Tag(&mut tag));
    tag
}
