//! Programs held on one CPU. A client that waits for each answer pays, or does not pay, for waking an idle CPU,
//! depending on where the scheduler happened to put it: that is four times the cost of the login itself.

use std::process::Command;

use crate::session::Session;
use crate::workspace::which;

/// The same command, on one CPU where the system knows how (Linux), else anywhere.
pub(super) fn pinned(session: &Session, command: Command) -> Command {
    let (Some(taskset), Some(cpu)) = (which("taskset"), first_cpu()) else {
        return command;
    };
    let mut pinned = session.workspace.command(taskset);
    pinned
        .args(["--cpu-list", &cpu])
        .arg(command.get_program())
        .args(command.get_args());
    if let Some(folder) = command.get_current_dir() {
        pinned.current_dir(folder);
    }
    for (name, value) in command.get_envs() {
        match value {
            Some(value) => pinned.env(name, value),
            None => pinned.env_remove(name),
        };
    }
    pinned
}

/// The first CPU that this process may use.
fn first_cpu() -> Option<String> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let list = status
        .lines()
        .find_map(|line| line.strip_prefix("Cpus_allowed_list:"))?;
    let first = list.trim().split([',', '-']).next()?;
    Some(first.to_owned())
}
