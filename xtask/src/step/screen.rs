//! What the terminal shows of the steps.

use std::fs::File;
use std::io::{IsTerminal as _, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// Steps shorter than this are only reported when they are over.
const QUIET: Duration = Duration::from_secs(2);
/// How often a terminal line is drawn again.
const REDRAW: Duration = Duration::from_millis(200);
/// When and how often a step reports itself where there is no terminal.
const FIRST_REMINDER: Duration = Duration::from_secs(10);
const REMINDER: Duration = Duration::from_secs(60);

/// The steps that run, and the line that shows them. Shared between whoever runs steps and a thread that draws.
pub(super) struct Screen {
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

impl Screen {
    pub(super) fn new() -> Self {
        Self {
            state: Mutex::default(),
            changed: Condvar::new(),
            terminal: std::io::stderr().is_terminal(),
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A step begins.
    pub(super) fn enter(&self, name: &str, log: PathBuf) {
        let now = Instant::now();
        self.lock().running.push(Running {
            name: name.to_owned(),
            log,
            since: now,
            reminded: now,
        });
    }

    /// A step is over.
    pub(super) fn leave(&self, name: &str, report: &str) {
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

    /// A line between the steps.
    pub(super) fn say(&self, line: &str) {
        let mut state = self.lock();
        self.wipe(&mut state);
        eprintln!("{line}");
    }

    /// Nothing more will be shown.
    pub(super) fn close(&self) {
        self.lock().over = true;
        self.changed.notify_all();
    }

    fn wipe(&self, state: &mut State) {
        if state.drawn {
            eprint!("\r\x1b[2K");
            state.drawn = false;
        }
    }

    /// Draws until the screen is closed.
    pub(super) fn paint(&self) {
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
