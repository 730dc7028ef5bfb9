//! The log of one step, and the programs that write to it.

use std::fmt::Write as _;
use std::fs::File;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};

/// No single program of ours takes this long, not even on a cold machine: one that does is stuck.
const STUCK: Duration = Duration::from_secs(30 * 60);
/// How often a running program is asked whether it has ended.
const POLL: Duration = Duration::from_millis(10);
/// Lines of a log shown when its step fails.
const TAIL: usize = 40;

/// The log of one step, and the programs that write to it.
pub(crate) struct Log {
    path: PathBuf,
    file: File,
}

impl Log {
    pub(super) fn create(folder: &Path, step: &str) -> Result<Self> {
        let mut stem = String::new();
        for c in step.chars() {
            match c.is_ascii_alphanumeric() {
                true => stem.push(c.to_ascii_lowercase()),
                false if !stem.ends_with('-') => stem.push('-'),
                false => {}
            }
        }
        let path = folder.join(format!("{}.log", stem.trim_matches('-')));
        let file =
            File::create(&path).with_context(|| format!("cannot write {}", path.display()))?;
        Ok(Self { path, file })
    }

    /// Adds a line of our own.
    pub(crate) fn note(&mut self, line: impl AsRef<str>) {
        // A log that cannot be written must not fail the step that it describes.
        let _ = writeln!(self.file, "{}", line.as_ref());
    }

    /// Runs a program to its end; a status other than 0 is an error.
    pub(crate) fn run(&mut self, command: &mut Command) -> Result<()> {
        let status = self.status(command)?;
        succeeded(command, status)
    }

    /// Runs a program to its end and hands back how it ended.
    pub(crate) fn status(&mut self, command: &mut Command) -> Result<ExitStatus> {
        self.note(format!("$ {}", shown(command)));
        command
            .stdout(self.file.try_clone()?)
            .stderr(self.file.try_clone()?);
        let mut child = command
            .spawn()
            .with_context(|| format!("cannot start {}", shown(command)))?;
        let since = Instant::now();
        loop {
            if let Some(status) = child.try_wait()? {
                return Ok(status);
            }
            if since.elapsed() > STUCK {
                let _ = child.kill();
                let _ = child.wait();
                bail!(
                    "{} did not end within {} minutes",
                    shown(command),
                    STUCK.as_secs() / 60
                );
            }
            std::thread::sleep(POLL);
        }
    }

    /// Runs a program to its end and hands back its standard output, which is logged too.
    pub(crate) fn output(&mut self, command: &mut Command) -> Result<String> {
        self.note(format!("$ {}", shown(command)));
        command
            .stdout(Stdio::piped())
            .stderr(self.file.try_clone()?);
        let child = command
            .spawn()
            .with_context(|| format!("cannot start {}", shown(command)))?;
        let output = child.wait_with_output()?;
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        self.note(text.trim_end());
        succeeded(command, output.status)?;
        Ok(text)
    }

    /// What was written so far.
    pub(crate) fn text(&self) -> Result<String> {
        let bytes = std::fs::read(&self.path)
            .with_context(|| format!("cannot read {}", self.path.display()))?;
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Its last lines.
    pub(super) fn tail(&self) -> Vec<String> {
        let Ok(text) = self.text() else {
            return Vec::new();
        };
        let lines: Vec<&str> = text.lines().collect();
        lines
            .iter()
            .skip(lines.len().saturating_sub(TAIL))
            .map(|line| (*line).to_owned())
            .collect()
    }
}

fn succeeded(command: &Command, status: ExitStatus) -> Result<()> {
    if status.success() {
        return Ok(());
    }
    bail!("`{}` ended with {status}", shown(command));
}

/// A command as one would type it, shortened to its program's name.
fn shown(command: &Command) -> String {
    let program = Path::new(command.get_program());
    let mut text = program
        .file_name()
        .unwrap_or(program.as_os_str())
        .to_string_lossy()
        .into_owned();
    for argument in command.get_args() {
        let argument = argument.to_string_lossy();
        let _ = match argument.contains(char::is_whitespace) || argument.is_empty() {
            true => write!(text, " {argument:?}"),
            false => write!(text, " {argument}"),
        };
    }
    text
}
