//! Functions of Swift's that Rust calls.

use std::mem::transmute;

use kernel_client::host;

use crate::NativeError;

/// A function of Swift's that takes what Rust keeps for it, which is a number here. uniffi's own way into Swift is by an
/// object, for which each call takes a lock.
#[derive(Clone, Copy)]
pub(crate) struct NativeFunction(pub(crate) extern "C" fn(u64));

uniffi::custom_type!(NativeFunction, u64, {
    try_lift: |address| Ok(NativeFunction::at(address)?),
    lower: |function| function.0 as usize as u64,
});

impl NativeFunction {
    fn at(address: u64) -> Result<Self, NativeError> {
        let address = usize::try_from(address).map_err(|_| host::panicked())?;
        let address = std::ptr::with_exposed_provenance::<()>(address);
        // SAFETY: Swift gives the addresses of such functions alone, and a null is none.
        let function = unsafe { transmute::<*const (), Option<extern "C" fn(u64)>>(address) };
        Ok(Self(function.ok_or_else(host::panicked)?))
    }

    pub(crate) fn call(self, kept: u64) {
        (self.0)(kept);
    }
}
