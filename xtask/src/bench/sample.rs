//! What a program says that its calls cost, and what many such samples come to.

use std::process::Command;

use anyhow::{Context as _, Result, ensure};
use serde_json::Value;

use crate::step::Log;

/// The cost of one login, page or event.
#[derive(Clone, Copy)]
pub(super) struct Sample {
    pub(super) cpu_us: f64,
    pub(super) wall_us: f64,
    /// The most memory the program had; not every language tells.
    pub(super) peak_mb: Option<f64>,
}

/// Runs a program that makes calls; they are so many `units`.
pub(super) fn take(log: &mut Log, command: &mut Command, units: f64) -> Result<Sample> {
    read(&log.output(command)?, units)
}

/// Reads what such a program printed.
pub(super) fn read(printed: &str, units: f64) -> Result<Sample> {
    let measured: Value = serde_json::from_str(printed)
        .with_context(|| format!("{printed:?} is not a measurement"))?;
    let optional = |name| measured.get(name).and_then(Value::as_f64);
    let number = |name| optional(name).with_context(|| format!("no {name} in {printed:?}"));
    let counted = number("units")?;
    ensure!((counted - units).abs() < 0.5, "{counted} were counted");
    Ok(Sample {
        cpu_us: number("cpu_us")?,
        wall_us: number("wall_us")?,
        peak_mb: optional("peak_mb"),
    })
}

/// The ratios, round by round, sorted.
pub(super) fn ratios(of: &[f64], to: &[f64]) -> Vec<f64> {
    sorted(of.iter().zip(to).map(|(of, to)| of / to).collect())
}

pub(super) fn sorted(mut values: Vec<f64>) -> Vec<f64> {
    values.sort_by(f64::total_cmp);
    values
}

pub(super) fn median(sorted: &[f64]) -> Result<f64> {
    sorted
        .get(sorted.len() / 2)
        .copied()
        .context("nothing was measured")
}
