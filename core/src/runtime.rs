//! The runtimes that calls run on.

use std::io;

use tokio::runtime::Handle;

/// The runtime for what goes on when a call is over: that of the call, unless it runs during calls only.
pub(crate) fn lasting() -> io::Result<Handle> {
    let current = Handle::try_current().map_err(io::Error::other)?;
    Ok(current)
}

/// Whether a runtime goes on when a call is over.
pub(crate) fn lasts(_runtime: &Handle) -> bool {
    true
}
