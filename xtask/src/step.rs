//! Steps: what runs now, how long it took, and where its output is.

use std::fmt::Write as _;
use std::fs::File;
use std::io::{IsTerminal as _, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};

/// Steps shorter than this are only reported when they are over.
const QUIET: Duration = Duration::from_secs(2);
/// How often a terminal line is drawn again.
const REDRAW: Duration = Duration::from_millis(200);
/// When and how often a step reports itself where there is no terminal.
const FIRST_REMINDER: Duration = Duration::from_secs(10);
const REMINDER: Duration = Duration::from_secs(60);
/// No single program of ours takes this long, not even on a cold machine: one that does is stuck.
const STUCK: Duration = Duration::from_secs(30 * 60);
/// Lines of a log shown when its step fails.
const TAIL: usize = 40;

/// The steps of one run of xtask. Several may run at once, from several threads.
pub(crate) struct Steps {
    logs: PathBuf,
    screen: Arc<Screen>,
    painter: Option<JoinHandle<()>>,
}

struct Screen {
    state: Mutex<State>,
    changed: Condvar,
    terminal: bool,
}

#[derive(Default)]
struct State {
    running: Vec<Running>,
    drawn: bool,
    over: bool,
}

struct Running {
    name: String,
    log: PathBuf,
    since: Instant,
    reminded: Instant,
}

impl Steps {
    pub(crate) fn new(logs: PathBuf) -> Result<Self> {
        std::fs::create_dir_all(&logs)
            .with_context(|| format!("cannot create {}", logs.display()))?;
        let screen = Arc::new(Screen {
            state: Mutex::default(),
            changed: Condvar::new(),
            terminal: std::io::stderr().is_terminal(),
        });
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
        self.screen.enter(Running {
            name: name.to_owned(),
            log: log.path.clone(),
            since,
            reminded: since,
        });
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
                let _ = write!(report, "         full output: {}", log.path.display());
                self.screen.leave(name, &report);
                Err(error)
            }
        }
    }

    /// A line between the steps.
    pub(crate) fn say(&self, line: &str) {
        let mut state = self.screen.lock();
        self.screen.wipe(&mut state);
        eprintln!("{line}");
    }
}

impl Drop for Steps {
    fn drop(&mut self) {
        self.screen.lock().over = true;
        self.screen.changed.notify_all();
        if let Some(painter) = self.painter.take() {
            let _ = painter.join();
        }
    }
}

impl Screen {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn enter(&self, running: Running) {
        self.lock().running.push(running);
    }

    fn leave(&self, name: &str, report: &str) {
        let mut state = self.lock();
        if let Some(at) = state
            .running
            .iter()
            .position(|running| running.name == name)
        {
            state.running.remove(at);
        }
        self.wipe(&mut state);
        eprintln!("{report}");
    }

    fn wipe(&self, state: &mut State) {
        if state.drawn {
            eprint!("\r\x1b[2K");
            state.drawn = false;
        }
    }

    fn paint(&self) {
        let mut state = self.lock();
        while !state.over {
            if self.terminal {
                self.redraw(&mut state);
            } else {
                remind(&mut state);
            }
            state = self
                .changed
                .wait_timeout(state, REDRAW)
                .unwrap_or_else(PoisonError::into_inner)
                .0;
        }
        self.wipe(&mut state);
    }

    /// One line: the step that has run longest, the last line of its log, and how many run beside it.
    fn redraw(&self, state: &mut State) {
        let Some(oldest) = state.running.iter().min_by_key(|running| running.since) else {
            return;
        };
        let so_far = oldest.since.elapsed();
        if so_far < QUIET {
            return;
        }
        let beside = match state.running.len() {
            0 | 1 => String::new(),
            all => format!(" (+{})", all - 1),
        };
        let last = last_line(&oldest.log).unwrap_or_default();
        let line = format!(
            "  ...    {:>6.1} s  {}{beside}  {last}",
            so_far.as_secs_f64(),
            oldest.name
        );
        let line: String = line
            .chars()
            .filter(|c| !c.is_control())
            .take(columns().saturating_sub(1))
            .collect();
        eprint!("\r\x1b[2K{line}");
        let _ = std::io::stderr().flush();
        state.drawn = true;
    }
}

/// Without a terminal: a line now and then, so that nobody takes a long step for a hang.
fn remind(state: &mut State) {
    for running in &mut state.running {
        let first = running.reminded == running.since && running.since.elapsed() >= FIRST_REMINDER;
        if first || running.reminded.elapsed() >= REMINDER {
            running.reminded = Instant::now();
            eprintln!(
                "  ...    {:>6.1} s  {}",
                running.since.elapsed().as_secs_f64(),
                running.name
            );
        }
    }
}

fn columns() -> usize {
    std::env::var("COLUMNS")
        .ok()
        .and_then(|columns| columns.parse().ok())
        .unwrap_or(80)
}

/// The last line in the last kilobyte of a growing file.
fn last_line(path: &Path) -> Option<String> {
    let mut file = File::open(path).ok()?;
    let length = file.metadata().ok()?.len();
    file.seek(SeekFrom::Start(length.saturating_sub(1024)))
        .ok()?;
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes).ok()?;
    let text = String::from_utf8_lossy(&bytes);
    text.lines()
        .map(str::trim)
        .rfind(|line| !line.is_empty())
        .map(str::to_owned)
}

/// The log of one step, and the programs that write to it.
pub(crate) struct Log {
    path: PathBuf,
    file: File,
}

impl Log {
    fn create(folder: &Path, step: &str) -> Result<Self> {
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
            std::thread::sleep(Duration::from_millis(if since.elapsed() < QUIET {
                5
            } else {
                50
            }));
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

    fn tail(&self) -> Vec<String> {
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
