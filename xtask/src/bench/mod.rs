//! `cargo xtask bench`: the CPU and time of a login, a page and an event in each language, as ratios to bare reqwest in
//! the same run.

mod arms;
mod pin;
mod world;

use std::process::Command;
use std::time::Instant;

use anyhow::{Context as _, Result, ensure};
use serde_json::Value;

use crate::build;
use crate::examples;
use crate::session::Session;
use crate::simulator::Simulator;
use crate::step::Log;
use crate::table;
use arms::{Arm, BARE, Load, SWIFT};

const ROUNDS: usize = 7;
/// How often an interpreter is started, with the package and without.
const IMPORTS: usize = 41;
/// What an import may take longer than an empty interpreter.
const IMPORT_LIMIT_MS: f64 = 5.0;

pub(crate) fn run(session: &Session) -> Result<bool> {
    let built = build::everything(session)?;
    let workspace = &session.workspace;
    let mut cargo = workspace.cargo_release(&["kernel-simulator", "kernel-bench"]);
    session.steps.run("bench: simulator and Rust", &mut cargo)?;
    if let Some(swift) = &built.swift {
        let mut command = swift.build(session, &workspace.path(SWIFT));
        session
            .steps
            .run("bench: swift", command.args(["-c", "release"]))?;
    }

    let release = workspace.target().join("release");
    let simulator = || {
        let program = workspace.command(release.join("kernel-simulator"));
        Simulator::in_world(session, program, "bench", &world::world())
    };
    let alone = Simulator::start(pin::pinned(session, simulator()?))?;
    let together = Simulator::start(simulator()?)?;
    let mut arms = arms::all(session, &built, &release);
    for round in 0..ROUNDS {
        session
            .steps
            .task(&format!("bench: round {} of {ROUNDS}", round + 1), |log| {
                // Another arm goes first in each round, so that none always meets a warmer machine.
                let first = round % arms.len();
                arms.rotate_left(first);
                for arm in &mut arms {
                    let simulator = if arm.load.is_alone() {
                        &alone
                    } else {
                        &together
                    };
                    measure(session, log, arm, simulator)?;
                }
                arms.rotate_right(first);
                Ok(())
            })?;
    }

    println!("\nMedians of {ROUNDS} rounds; ratios to bare reqwest in the same round");
    let mut ok = true;
    for load in Load::ALL {
        let arms: Vec<&Arm<'_>> = arms.iter().filter(|arm| arm.load == load).collect();
        let (rows, met) = compare(&arms)?;
        ok &= met;
        println!("\n{}\n\n{}", load.title(), table::layout(&rows));
    }
    if let Some(python) = &built.python {
        let (with, without) = session
            .steps
            .task("bench: import", |_| imports(&|| python.command(session)))?;
        let more = with - without;
        let met = more <= IMPORT_LIMIT_MS;
        ok &= met;
        println!(
            "\nPython: `import kernel_client` takes {more:.2} ms more than nothing ({with:.1} against {without:.1} ms, \
             medians of {IMPORTS}); target {IMPORT_LIMIT_MS} ms: {}",
            verdict(met)
        );
    }
    Ok(ok)
}

fn measure(
    session: &Session,
    log: &mut Log,
    arm: &mut Arm<'_>,
    simulator: &Simulator,
) -> Result<()> {
    let mut command = arm.command(session);
    let printed = log.output(command.envs(simulator.environment()))?;
    let measured: Value = serde_json::from_str(&printed)
        .with_context(|| format!("what {} printed is not a measurement", arm.name))?;
    let number = |name| {
        measured
            .get(name)
            .and_then(Value::as_f64)
            .with_context(|| format!("no {name}"))
    };
    let calls: f64 = arm.load.calls().parse()?;
    let units = number("units")?;
    ensure!(
        (units - calls * arm.load.units()).abs() < 0.5,
        "{} counted {units}",
        arm.name
    );
    arm.cpu.push(number("cpu_us")?);
    arm.wall.push(number("wall_us")?);
    Ok(())
}

/// The table, and whether each target is met.
fn compare(arms: &[&Arm<'_>]) -> Result<(Vec<Vec<String>>, bool)> {
    let head = [
        "",
        "per second",
        "CPU us",
        "wall us",
        "CPU ratio",
        "range",
        "wall ratio",
        "target",
        "",
    ];
    let mut rows = vec![head.map(str::to_owned).to_vec()];
    let mut ok = true;
    for arm in arms {
        let bare = arms.iter().find(|bare| bare.name == BARE);
        let bare = bare.context("nothing to compare with")?;
        let cpu = ratios(&arm.cpu, &bare.cpu);
        let (low, high) = (
            cpu.first().context("no round")?,
            cpu.last().context("no round")?,
        );
        let ratio = median(&cpu)?;
        let met = arm.target.is_none_or(|target| ratio <= target);
        ok &= met;
        let wall = median(&sorted(arm.wall.clone()))?;
        rows.push(vec![
            arm.name.to_owned(),
            format!("{:.0}", 1e6 / wall),
            format!("{:.1}", median(&sorted(arm.cpu.clone()))?),
            format!("{wall:.1}"),
            format!("{ratio:.2}"),
            format!("{low:.2}-{high:.2}"),
            format!("{:.2}", median(&ratios(&arm.wall, &bare.wall))?),
            arm.target
                .map_or_else(String::new, |target| format!("{target}")),
            arm.target.map_or("", |_| verdict(met)).to_owned(),
        ]);
    }
    Ok((rows, ok))
}

/// Round by round, sorted.
fn ratios(arm: &[f64], bare: &[f64]) -> Vec<f64> {
    sorted(arm.iter().zip(bare).map(|(arm, bare)| arm / bare).collect())
}

fn sorted(mut values: Vec<f64>) -> Vec<f64> {
    values.sort_by(f64::total_cmp);
    values
}

fn median(sorted: &[f64]) -> Result<f64> {
    sorted
        .get(sorted.len() / 2)
        .copied()
        .context("nothing was measured")
}

fn verdict(met: bool) -> &'static str {
    if met { "met" } else { "MISSED" }
}

/// Milliseconds from the start to the end of an interpreter, with the import and without; medians, taken in turns.
fn imports(command: &dyn Fn() -> Command) -> Result<(f64, f64)> {
    let start = |program: &str| -> Result<f64> {
        let since = Instant::now();
        let run = examples::finished(command().args(["-c", program]), &[])?;
        ensure!(run.succeeded, "it failed: {}", run.stderr);
        Ok(since.elapsed().as_secs_f64() * 1e3)
    };
    let (mut with, mut without) = (Vec::new(), Vec::new());
    for _ in 0..IMPORTS {
        without.push(start("pass")?);
        with.push(start("import kernel_client")?);
    }
    Ok((median(&sorted(with))?, median(&sorted(without))?))
}
