//! Work on the client's threads, stopped when nobody wants it any more.

use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex};

use kernel_client::host::{self, Process};
use tokio::task::AbortHandle;

use crate::bridge::lock;

pub(crate) type Task = Pin<Box<dyn Future<Output = ()> + Send>>;

/// Work on its way to those threads, or on them.
pub(crate) struct Running {
    /// The process it was started in: a forked child has a copy of this, and none of the threads behind it.
    process: Process,
    stage: Arc<Mutex<Stage>>,
}

enum Stage {
    Ahead(Task),
    Underway(AbortHandle),
    Over,
}

impl Running {
    /// Work that starts at once.
    pub(crate) fn start(task: Task) -> io::Result<Self> {
        let task = host::runtime()?.spawn(task).abort_handle();
        Ok(Self::at(Stage::Underway(task)))
    }

    fn at(stage: Stage) -> Self {
        Self {
            process: Process::current(),
            stage: Arc::new(Mutex::new(stage)),
        }
    }

    pub(crate) fn is_of_this_process(&self) -> bool {
        self.process.is_current()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if !self.is_of_this_process() {
            // The locks beneath could be held by threads that are not there.
            std::mem::forget(self.stage.clone());
            return;
        }
        let stage = std::mem::replace(&mut *lock(&self.stage), Stage::Over);
        if let Stage::Underway(task) = stage {
            task.abort();
        }
    }
}

/// Work that starts together: to wake those threads costs more than to start a call.
#[derive(Default)]
pub(crate) struct Batch(Mutex<Vec<Arc<Mutex<Stage>>>>);

impl Batch {
    /// Adds to it, and tells how much is in it.
    pub(crate) fn add(&self, task: Task) -> (Running, usize) {
        let running = Running::at(Stage::Ahead(task));
        let mut batch = lock(&self.0);
        batch.push(running.stage.clone());
        (running, batch.len())
    }

    /// Starts all of it that is still wanted.
    pub(crate) fn start(&self) -> io::Result<()> {
        let batch = std::mem::take(&mut *lock(&self.0));
        if batch.is_empty() {
            return Ok(());
        }
        let runtime = host::runtime().inspect_err(|_| {
            // Whoever waits for them is told that nothing comes.
            for stage in &batch {
                *lock(stage) = Stage::Over;
            }
        })?;
        runtime.spawn(async {
            for stage in batch {
                let mut stage = lock(&stage);
                if let Stage::Ahead(task) = std::mem::replace(&mut *stage, Stage::Over) {
                    *stage = Stage::Underway(tokio::spawn(task).abort_handle());
                }
            }
        });
        Ok(())
    }
}
