//! The runtimes that calls run on.

#[cfg(feature = "host")]
mod begun;
#[cfg(feature = "host")]
mod local;
#[cfg(feature = "host")]
mod process;
#[cfg(feature = "host")]
mod turns;

use std::io;

use tokio::runtime::{Handle, RuntimeFlavor};

#[cfg(feature = "host")]
pub use begun::Begun;
#[cfg(feature = "host")]
pub use local::Local;
#[cfg(feature = "host")]
pub use process::{is_shared, runtime};
#[cfg(feature = "host")]
pub use turns::in_turns;

/// The runtime for what goes on when a call is over: that of the call, unless it runs during calls only.
pub(crate) fn lasting() -> io::Result<Handle> {
    let current = Handle::try_current().map_err(io::Error::other)?;
    #[cfg(feature = "host")]
    if local::is_local(&current) {
        return Ok(runtime()?.clone());
    }
    Ok(current)
}

/// Whether a runtime has a thread that watches its sockets all the time.
pub(crate) fn is_watchful(runtime: &Handle) -> bool {
    #[cfg(feature = "host")]
    if is_shared(runtime) {
        return true;
    }
    runtime.runtime_flavor() == RuntimeFlavor::MultiThread
}

/// Whether a runtime goes on when a call is over.
pub(crate) fn lasts(runtime: &Handle) -> bool {
    #[cfg(feature = "host")]
    return !local::is_local(runtime);
    #[cfg(not(feature = "host"))]
    {
        let _ = runtime;
        true
    }
}
