//! Steps: what runs now, how long it took, and where its output is.

mod log;
mod screen;

use std::fmt::Write as _;
use std::path::PathBuf;
use std::process::Command;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Instant;

use anyhow::{Context as _, Result};

pub(crate) use log::Log;
use screen::Screen;

/// The steps of one run of xtask. Several may run at once, from several threads.
pub(crate) struct Steps {
    logs: PathBuf,
    screen: Arc<Screen>,
    painter: Option<JoinHandle<()>>,
}

impl Steps {
    pub(crate) fn new(logs: PathBuf) -> Result<Self> {
        std::fs::create_dir_all(&logs)
            .with_context(|| format!("cannot create {}", logs.display()))?;
        let screen = Arc::new(Screen::new());
        let painter = std::thread::spawn({
            let screen = Arc::clone(&screen);
            move || screen.paint()
        });
        Ok(Self {
            logs,
            screen,
            painter: Some(painter),
        })
    }

    /// Runs one program as a step.
    pub(crate) fn run(&self, name: &str, command: &mut Command) -> Result<()> {
        self.task(name, |log| log.run(command))
    }

    /// Runs `work` as a step: shown while it runs, timed, with a log of its own, whose tail is shown when it fails.
    pub(crate) fn task<T>(
        &self,
        name: &str,
        work: impl FnOnce(&mut Log) -> Result<T>,
    ) -> Result<T> {
        let mut log = Log::create(&self.logs, name)?;
        let since = Instant::now();
        self.screen.enter(name, log.path().to_owned());
        let outcome = work(&mut log);
        let took = since.elapsed().as_secs_f64();
        match outcome {
            Ok(value) => {
                self.screen
                    .leave(name, &format!("  ok     {took:>6.1} s  {name}"));
                Ok(value)
            }
            Err(error) => {
                let mut report = format!("  FAILED {took:>6.1} s  {name}: {error:#}\n");
                for line in log.tail() {
                    let _ = writeln!(report, "         | {line}");
                }
                let _ = write!(report, "         full output: {}", log.path().display());
                self.screen.leave(name, &report);
                Err(error)
            }
        }
    }

    /// A line between the steps.
    pub(crate) fn say(&self, line: &str) {
        self.screen.say(line);
    }
}

impl Drop for Steps {
    fn drop(&mut self) {
        self.screen.close();
        if let Some(painter) = self.painter.take() {
            let _ = painter.join();
        }
    }
}
