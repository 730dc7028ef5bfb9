//! Which process this is: what one has of threads and connections is of no use in a child that was forked from it.

/// A process, told apart from those it was forked from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Process(u32);

impl Process {
    /// This one. It is asked for several times in a call, so the system is not: forks are counted instead.
    #[must_use]
    pub fn current() -> Self {
        Self(forks::count().unwrap_or_else(std::process::id))
    }

    /// Whether it is this one.
    #[must_use]
    pub fn is_current(self) -> bool {
        self == Self::current()
    }
}

#[cfg(unix)]
mod forks {
    use std::sync::OnceLock;
    use std::sync::atomic::{AtomicU32, Ordering};

    static COUNT: AtomicU32 = AtomicU32::new(0);
    static ARE_COUNTED: OnceLock<bool> = OnceLock::new();

    /// How many forks lie between the process that asked first and this one; `None` when nobody counts them.
    pub(super) fn count() -> Option<u32> {
        ARE_COUNTED
            .get_or_init(begin)
            .then(|| COUNT.load(Ordering::Relaxed))
    }

    fn begin() -> bool {
        #[expect(unsafe_code, reason = "nothing safe tells of a fork")]
        // SAFETY: what runs in the child may run there: it does nothing but add to a number.
        let failed = unsafe { libc::pthread_atfork(None, None, Some(in_child)) };
        failed == 0
    }

    extern "C" fn in_child() {
        COUNT.fetch_add(1, Ordering::Relaxed);
    }
}

#[cfg(not(unix))]
mod forks {
    /// Nothing forks here.
    pub(super) fn count() -> Option<u32> {
        Some(0)
    }
}
