//! What answers become where they arrive, to cross to Swift.

use std::marker::PhantomData;

use kernel_client::Model;
use uniffi::{Lower, LowerReturn, MetadataBuffer, RustBuffer, RustCallError, TypeId};

use crate::UniFfiTag;

/// What an answer becomes.
pub(crate) trait Crossing<T>: Send + 'static {
    /// Memory for it, taken on a thread of Swift's, where it is given back as well: threads wait for each other when one
    /// gives memory back that another took.
    fn room() -> Vec<u8> {
        Vec::new()
    }

    fn of(answer: T, room: Vec<u8>) -> Self;
}

impl Crossing<()> for () {
    fn of((): (), _room: Vec<u8>) -> Self {}
}

/// A model as Swift reads it. Only for what holds no object, which would be lost with an answer that nobody wants any more.
pub(crate) struct Lowered<T> {
    bytes: Vec<u8>,
    model: PhantomData<fn() -> T>,
}

/// That of a login and of most connections; larger ones take more when they come.
const ROOM: usize = 1000;

impl<T: Model + Lower<UniFfiTag>> Crossing<T> for Lowered<T> {
    fn room() -> Vec<u8> {
        Vec::with_capacity(ROOM)
    }

    fn of(model: T, room: Vec<u8>) -> Self {
        let mut bytes = room;
        T::write(model, &mut bytes);
        Self {
            bytes,
            model: PhantomData,
        }
    }
}

// SAFETY: it crosses as the model does, by the model's own name, and a model crosses by the bytes that it writes.
unsafe impl<T: Model + Lower<UniFfiTag, FfiType = RustBuffer>> LowerReturn<UniFfiTag>
    for Lowered<T>
{
    type ReturnType = RustBuffer;

    fn lower_return(lowered: Self) -> Result<RustBuffer, RustCallError> {
        Ok(RustBuffer::from_vec(lowered.bytes))
    }
}

impl<T: TypeId<UniFfiTag>> TypeId<UniFfiTag> for Lowered<T> {
    const TYPE_ID_META: MetadataBuffer = T::TYPE_ID_META;
}
