//! Tasks of Swift on the thread where answers arrive.

use crate::NativeError;
use crate::function::NativeFunction;
use crate::queue::Queue;

/// A job of a task of Swift's, and what runs it until the task waits for something.
struct Job {
    job: u64,
    run: NativeFunction,
}

static JOBS: Queue<Job> = Queue::new(|Job { job, run }| run.call(job));

/// Has `run` called with `job` on the thread of the runtime, after those that came before.
#[uniffi::export]
pub(crate) fn native_enqueue(job: u64, run: NativeFunction) -> Result<(), NativeError> {
    JOBS.put(Job { job, run })
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicBool, Ordering};
    use std::sync::mpsc;
    use std::thread;
    use std::time::Duration;

    use kernel_client::host;

    use super::*;

    /// Long enough for anything.
    const LIMIT: Duration = Duration::from_secs(20);

    type Task = Box<dyn FnOnce() + Send>;

    /// Has it run as a job.
    fn enqueue(task: impl FnOnce() + Send + 'static) {
        extern "C" fn run(job: u64) {
            // SAFETY: it is what `enqueue` made a number of, and a job is run once.
            let task = unsafe { Box::from_raw(job as *mut Task) };
            task();
        }
        let task: Box<Task> = Box::new(Box::new(task));
        native_enqueue(Box::into_raw(task) as u64, NativeFunction(run)).unwrap();
    }

    #[test]
    fn jobs_are_run_in_their_order_on_one_thread() {
        let (sender, told) = mpsc::channel();
        for job in 0..3 {
            let sender = sender.clone();
            enqueue(move || {
                let _ = sender.send((job, thread::current().id()));
            });
        }
        let run = [(); 3].map(|()| told.recv_timeout(LIMIT).unwrap());
        assert_eq!(run.map(|(job, _)| job), [0, 1, 2]);
        assert!(run.iter().all(|(_, thread)| *thread == run[0].1));
        assert_ne!(run[0].1, thread::current().id());
    }

    static IS_OVER: AtomicBool = AtomicBool::new(false);

    /// Has always one more job.
    fn busy() {
        if !IS_OVER.load(Ordering::SeqCst) {
            enqueue(busy);
        }
    }

    #[test]
    fn jobs_without_end_leave_timers_their_turn() {
        for _ in 0..100 {
            enqueue(busy);
        }
        let (sender, passed) = mpsc::channel();
        host::runtime().unwrap().spawn(async move {
            tokio::time::sleep(Duration::from_millis(1)).await;
            let _ = sender.send(());
        });
        let in_time = passed.recv_timeout(LIMIT);
        IS_OVER.store(true, Ordering::SeqCst);
        in_time.unwrap();
    }
}
