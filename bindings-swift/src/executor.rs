//! Tasks of Swift on the thread where answers arrive.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use kernel_client::host;
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};
use tokio::task::unconstrained;

use crate::NativeError;

/// So many jobs are run at most before sockets and timers are looked at again.
const AT_ONCE: usize = 32;

/// What runs a job of a task of Swift's, which is a number here.
#[uniffi::export(foreign)]
pub(crate) trait NativeJobs: Send + Sync {
    /// Runs it on this thread, until the task waits for something.
    fn run(&self, job: u64) -> Result<(), NativeError>;
}

/// Runs jobs on the thread of the runtime, one after another.
#[derive(uniffi::Object)]
pub(crate) struct NativeExecutor(UnboundedSender<u64>);

#[uniffi::export]
impl NativeExecutor {
    /// For jobs that are run like this.
    #[uniffi::constructor]
    pub(crate) fn new(jobs: Arc<dyn NativeJobs>) -> Result<Self, NativeError> {
        let runtime = host::runtime().map_err(|error| NativeError::no_runtime(&error))?;
        let (sender, receiver) = unbounded_channel();
        // A job is not one task's: what it may do is not counted.
        runtime.spawn(unconstrained(host::in_turns(
            receiver,
            AT_ONCE,
            move |job| {
                // It fails only when the library is broken. There is nobody to tell, and others wait for their turn.
                drop(catch_unwind(AssertUnwindSafe(|| jobs.run(job))));
            },
        )));
        Ok(Self(sender))
    }

    /// Runs a job after those that came before. Nothing is woken when this is called on that thread.
    pub(crate) fn enqueue(&self, job: u64) -> Result<(), NativeError> {
        self.0.send(job).map_err(|_| host::panicked().into())
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicBool, Ordering};
    use std::sync::{OnceLock, mpsc};
    use std::thread::ThreadId;
    use std::time::Duration;

    use super::*;

    /// Long enough for anything.
    const LIMIT: Duration = Duration::from_secs(20);

    /// Says where a job was run, once for all of them.
    struct Told(mpsc::Sender<(u64, ThreadId)>);

    impl NativeJobs for Told {
        fn run(&self, job: u64) -> Result<(), NativeError> {
            assert_ne!(job, 0, "a job that fails");
            self.0.send((job, std::thread::current().id())).unwrap();
            Ok(())
        }
    }

    #[test]
    fn jobs_are_run_in_their_order_on_one_thread_whatever_becomes_of_others() {
        let (sender, told) = mpsc::channel();
        let executor = NativeExecutor::new(Arc::new(Told(sender))).unwrap();
        for job in [1, 0, 2, 3] {
            executor.enqueue(job).unwrap();
        }
        let run = [(); 3].map(|()| told.recv_timeout(LIMIT).unwrap());
        assert_eq!(run.map(|(job, _)| job), [1, 2, 3]);
        assert!(run.iter().all(|(_, thread)| *thread == run[0].1));
        assert_ne!(run[0].1, std::thread::current().id());
    }

    /// Has always one more job.
    #[derive(Default)]
    struct Busy {
        executor: OnceLock<NativeExecutor>,
        is_over: AtomicBool,
    }

    impl NativeJobs for Arc<Busy> {
        fn run(&self, job: u64) -> Result<(), NativeError> {
            if self.is_over.load(Ordering::SeqCst) {
                return Ok(());
            }
            self.executor.wait().enqueue(job)
        }
    }

    #[test]
    fn jobs_without_end_leave_timers_their_turn() {
        let busy = Arc::new(Busy::default());
        let executor = NativeExecutor::new(Arc::new(busy.clone())).unwrap();
        assert!(busy.executor.set(executor).is_ok());
        for job in 1..100 {
            busy.executor.wait().enqueue(job).unwrap();
        }
        let (sender, passed) = mpsc::channel();
        host::runtime().unwrap().spawn(async move {
            tokio::time::sleep(Duration::from_millis(1)).await;
            sender.send(()).unwrap();
        });
        let in_time = passed.recv_timeout(LIMIT);
        busy.is_over.store(true, Ordering::SeqCst);
        in_time.unwrap();
    }
}
