//! A simulator in the background, for as long as the value lives.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};

use anyhow::{Context as _, Result, ensure};
use serde_json::Value;

use crate::session::Session;

pub(crate) const API_KEY: &str = "sk_test";

pub(crate) struct Simulator {
    process: Child,
    address: String,
    /// Held open, so that the simulator may print what it likes.
    _stdout: BufReader<ChildStdout>,
}

impl Simulator {
    /// Starts it with a world of the caller's at its main address.
    pub(crate) fn start_in(
        session: &Session,
        program: &Path,
        name: &str,
        world: &Value,
    ) -> Result<Self> {
        let program = session.workspace.command(program);
        Self::start(Self::in_world(session, program, name, world)?)
    }

    /// The program with a world of the caller's, to be started; `name` is that of the file with it.
    pub(crate) fn in_world(
        session: &Session,
        mut program: Command,
        name: &str,
        world: &Value,
    ) -> Result<Command> {
        let target = session.workspace.target();
        let file = target.join(format!("log/world-{name}.json"));
        std::fs::write(&file, world.to_string())
            .with_context(|| format!("cannot write {}", file.display()))?;
        program.arg("--scenario").arg(&file);
        Ok(program)
    }

    /// Starts `command`, the program.
    pub(crate) fn start(mut command: Command) -> Result<Self> {
        // It ends with its standard input: also when this process is killed.
        command.stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut process = command.spawn().context("cannot start the simulator")?;
        let mut stdout = BufReader::new(
            process
                .stdout
                .take()
                .context("the simulator has no output")?,
        );
        let mut address = String::new();
        stdout.read_line(&mut address)?;
        let simulator = Self {
            process,
            address: address.trim().to_owned(),
            _stdout: stdout,
        };
        ensure!(
            simulator.address.starts_with("http://"),
            "the simulator's first line was {address:?}"
        );
        Ok(simulator)
    }

    pub(crate) fn address(&self) -> &str {
        &self.address
    }

    /// What a program needs in its environment to log in here.
    pub(crate) fn environment(&self) -> [(&'static str, &str); 2] {
        [
            ("KERNEL_API_KEY", API_KEY),
            ("KERNEL_BASE_URL", &self.address),
        ]
    }
}

impl Drop for Simulator {
    fn drop(&mut self) {
        drop(self.process.stdin.take());
        let _ = self.process.wait();
    }
}
