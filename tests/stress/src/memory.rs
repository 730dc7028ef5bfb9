//! The memory of another process.

use std::process::Command;

use anyhow::{Context as _, Result};

/// The most that a process has had resident so far, in KiB; what it has now, where the system does not tell.
pub(crate) fn peak(process: u32) -> Result<u64> {
    if let Ok(status) = std::fs::read_to_string(format!("/proc/{process}/status")) {
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        return number(line.context("the system tells nothing of memory")?);
    }
    let said = Command::new("ps")
        .args(["-o", "rss=", "-p", &process.to_string()])
        .output()
        .context("neither /proc nor `ps` is here to tell of memory")?;
    number(&String::from_utf8_lossy(&said.stdout))
}

fn number(text: &str) -> Result<u64> {
    let number = text.split_whitespace().next().unwrap_or_default();
    number
        .parse()
        .with_context(|| format!("{text:?} is no number of KiB"))
}
