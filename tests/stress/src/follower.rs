//! The program that follows: it reads an order a line, and prints an event a line.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::Duration;

use anyhow::{Context as _, Result, bail, ensure};
use serde_json::{Value, json};

use crate::memory;

/// A program that prints nothing for so long will not go on.
const STUCK: Duration = Duration::from_secs(60);

/// What tells one event of a flow from the others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Event {
    status: String,
    step: String,
    message: String,
}

impl Event {
    /// Of an event as the API writes it.
    pub(crate) fn of(event: &Value) -> Self {
        let text = |name: &str| {
            let value = event.get(name).and_then(Value::as_str);
            value.unwrap_or_default().to_owned()
        };
        Self {
            status: text("flow_status"),
            step: text("flow_step"),
            message: text("external_action_message"),
        }
    }
}

pub(crate) struct Follower {
    program: Child,
    orders: Option<ChildStdin>,
    lines: Receiver<String>,
}

impl Follower {
    /// Starts a program and waits until it says that it is ready.
    pub(crate) fn start(program: &OsStr, words: &[OsString]) -> Result<Self> {
        let mut program = Command::new(program)
            .args(words)
            .env("KERNEL_API_KEY", "sk_test")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .context("cannot start the program")?;
        let orders = program.stdin.take();
        let output = program.stdout.take().context("it has no output")?;
        let (said, lines) = channel();
        std::thread::spawn(move || {
            for line in BufReader::new(output).lines().map_while(Result::ok) {
                if said.send(line).is_err() {
                    return;
                }
            }
        });
        let mut follower = Self {
            program,
            orders,
            lines,
        };
        let line = follower.line()?;
        ensure!(line == "ready", "the program's first line was {line:?}");
        Ok(follower)
    }

    /// Orders it to follow these connections, all at once.
    pub(crate) fn send(&mut self, base_url: &str, ids: &[String]) -> Result<()> {
        let order = json!({ "base_url": base_url, "connections": ids });
        let orders = self.orders.as_mut().context("it has no input")?;
        writeln!(orders, "{order}").context("the program reads no more orders")
    }

    /// Hears all events until it says that the order is done.
    pub(crate) fn hear(&mut self) -> Result<BTreeMap<String, Vec<Event>>> {
        let mut heard: BTreeMap<String, Vec<Event>> = BTreeMap::new();
        loop {
            let line = self.line()?;
            if line == "done" {
                return Ok(heard);
            }
            let said: Value = serde_json::from_str(&line)
                .with_context(|| format!("the program printed {line:?}"))?;
            let id = said.get("connection").and_then(Value::as_str);
            let id = id.with_context(|| format!("of which connection is {line}?"))?;
            heard
                .entry(id.to_owned())
                .or_default()
                .push(Event::of(&said));
        }
    }

    /// The most memory that it has had, in KiB.
    pub(crate) fn memory(&self) -> Result<u64> {
        memory::peak(self.program.id())
    }

    /// Lets it end, as it does when there are no more orders.
    pub(crate) fn end(mut self) -> Result<()> {
        self.orders = None;
        let left = self.lines.iter().next();
        ensure!(left.is_none(), "the program goes on: {left:?}");
        let status = self.program.wait()?;
        ensure!(status.success(), "the program ended with {status}");
        Ok(())
    }

    fn line(&mut self) -> Result<String> {
        match self.lines.recv_timeout(STUCK) {
            Ok(line) => Ok(line),
            Err(RecvTimeoutError::Timeout) => bail!("the program says nothing more"),
            Err(RecvTimeoutError::Disconnected) => bail!("the program has ended"),
        }
    }
}

impl Drop for Follower {
    fn drop(&mut self) {
        // Only one that went wrong still runs.
        let _ = self.program.kill();
        let _ = self.program.wait();
    }
}
