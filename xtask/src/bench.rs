//! `cargo xtask bench`: the CPU and time of a login in each language, as ratios to bare reqwest in the same run.

use std::path::Path;
use std::process::Command;
use std::time::Instant;

use anyhow::{Context as _, Result, ensure};
use serde_json::Value;

use crate::build::{self, Built};
use crate::examples;
use crate::session::Session;
use crate::simulator::Simulator;
use crate::table;

const ROUNDS: usize = 7;
/// How many logins are in flight at once, and how many there are in all: half a second of CPU or more.
const ALONE: [&str; 2] = ["1", "8000"];
const TOGETHER: [&str; 2] = ["64", "30000"];
/// How often an interpreter is started, with the package and without.
const IMPORTS: usize = 41;
/// What an import may take longer than an empty interpreter.
const IMPORT_LIMIT_MS: f64 = 5.0;

/// One program in one mode, measured in each round.
struct Arm<'a> {
    name: &'static str,
    concurrent: bool,
    /// The CPU of one login, as a multiple of bare reqwest's.
    target: Option<f64>,
    command: Box<dyn Fn() -> Command + 'a>,
    cpu: Vec<f64>,
    wall: Vec<f64>,
}

const SWIFT: &str = "tests/bench/swift";
/// The arm that the others are compared with, by whether it is concurrent.
const BARE: &str = "bare reqwest";

pub(crate) fn run(session: &Session) -> Result<bool> {
    let built = build::everything(session)?;
    let workspace = &session.workspace;
    let mut cargo = workspace.cargo();
    cargo.args([
        "build",
        "--release",
        "--locked",
        "--package",
        "kernel-simulator",
        "--package",
        "kernel-bench",
    ]);
    session.steps.run("bench: simulator and Rust", &mut cargo)?;
    let release = workspace.target().join("release");
    if let Some(swift) = &built.swift {
        let mut command = swift.build(session, &workspace.path(SWIFT));
        session
            .steps
            .run("bench: swift", command.args(["-c", "release"]))?;
    }

    let simulator = Simulator::start(session, &release.join("kernel-simulator"))?;
    let mut arms = arms(session, &built, &release);
    for round in 0..ROUNDS {
        session
            .steps
            .task(&format!("bench: round {} of {ROUNDS}", round + 1), |log| {
                // Another arm goes first in each round, so that none always meets a warmer machine.
                let count = arms.len();
                for at in (0..count).map(|at| (at + round) % count) {
                    let Some(arm) = arms.get_mut(at) else {
                        continue;
                    };
                    let mut command = (arm.command)();
                    command.envs(simulator.environment());
                    let measured: Value = serde_json::from_str(&log.output(&mut command)?)
                        .with_context(|| {
                            format!("what {} printed is not a measurement", arm.name)
                        })?;
                    let number = |name| {
                        measured
                            .get(name)
                            .and_then(Value::as_f64)
                            .context("a number is missing")
                    };
                    arm.cpu.push(number("cpu_us")?);
                    arm.wall.push(number("wall_us")?);
                }
                Ok(())
            })?;
    }
    let (rows, mut ok) = compare(&arms)?;
    println!("\nOne login, medians of {ROUNDS} rounds; ratios to bare reqwest in the same round\n");
    println!("{}", table::layout(&rows));
    if let Some(python) = &built.python {
        let command = || python.command(session);
        let (with, without) = session.steps.task("bench: import", |_| imports(&command))?;
        let more = with - without;
        let verdict = verdict(more <= IMPORT_LIMIT_MS);
        ok &= more <= IMPORT_LIMIT_MS;
        println!(
            "\nPython: import kernel_client takes {more:.2} ms more than nothing ({with:.1} against {without:.1} ms, \
             medians of {IMPORTS}); target {IMPORT_LIMIT_MS} ms: {verdict}"
        );
    }
    Ok(ok)
}

fn load(concurrent: bool) -> [&'static str; 2] {
    if concurrent { TOGETHER } else { ALONE }
}

fn arms<'a>(session: &'a Session, built: &'a Built, release: &'a Path) -> Vec<Arm<'a>> {
    let mut arms = Vec::new();
    let mut arm =
        |name, concurrent, target, command: Box<dyn Fn([&'static str; 2]) -> Command + 'a>| {
            arms.push(Arm {
                name,
                concurrent,
                target,
                command: Box::new(move || command(load(concurrent))),
                cpu: Vec::new(),
                wall: Vec::new(),
            });
        };
    for concurrent in [false, true] {
        for (name, subject, target) in [
            (BARE, "reqwest", None),
            ("  fewest headers", "reqwest-fewest", None),
            ("Rust", "client", Some(1.15)),
        ] {
            arm(
                name,
                concurrent,
                target,
                Box::new(move |load| {
                    let mut command = session.workspace.command(release.join("kernel-bench"));
                    command.arg(subject).args(load);
                    command
                }),
            );
        }
    }
    if let Some(python) = &built.python {
        let script = session.workspace.path("tests/bench/logins.py");
        for (name, mode, concurrent, target) in [
            ("Python", "sync", false, Some(2.0)),
            ("Python asyncio", "asyncio", true, Some(3.0)),
            ("Python uvloop", "uvloop", true, None),
        ] {
            let script = script.clone();
            arm(
                name,
                concurrent,
                target,
                Box::new(move |load| {
                    let mut command = python.command(session);
                    command.arg(&script).arg(mode).args(load);
                    command
                }),
            );
        }
    }
    if let Some(node) = &built.node {
        for concurrent in [false, true] {
            arm(
                "Node",
                concurrent,
                Some(4.0),
                Box::new(move |load| {
                    let mut command = node.tools.command(session);
                    command.arg(session.workspace.path("tests/bench/logins.mjs"));
                    command
                        .arg(node.tools.package().join("index.mjs"))
                        .args(load);
                    command
                }),
            );
        }
    }
    if let Some(swift) = &built.swift {
        for concurrent in [false, true] {
            arm(
                "Swift",
                concurrent,
                None,
                Box::new(move |load| {
                    let program = session.workspace.path(SWIFT).join(".build/release/Bench");
                    let mut command = swift.program(session, &program, None);
                    command.args(load);
                    command
                }),
            );
        }
    }
    arms
}

/// The table, and whether each target is met.
fn compare(arms: &[Arm<'_>]) -> Result<(Vec<Vec<String>>, bool)> {
    let head = [
        "",
        "in flight",
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
        let bare = arms
            .iter()
            .find(|bare| bare.name == BARE && bare.concurrent == arm.concurrent);
        let bare = bare.context("nothing to compare with")?;
        let cpu = ratios(&arm.cpu, &bare.cpu);
        let (low, high) = (
            cpu.first().context("no round")?,
            cpu.last().context("no round")?,
        );
        let ratio = median(&cpu)?;
        let met = arm.target.is_none_or(|target| ratio <= target);
        ok &= met;
        let [in_flight, _] = load(arm.concurrent);
        rows.push(vec![
            arm.name.to_owned(),
            in_flight.to_owned(),
            format!("{:.1}", median(&sorted(arm.cpu.clone()))?),
            format!("{:.1}", median(&sorted(arm.wall.clone()))?),
            format!("{ratio:.2}"),
            format!("{low:.2}-{high:.2}"),
            format!("{:.2}", median(&ratios(&arm.wall, &bare.wall))?),
            arm.target
                .map_or_else(String::new, |target| format!("{target}")),
            if arm.target.is_some() {
                verdict(met).to_owned()
            } else {
                String::new()
            },
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
        let run = examples::finished(command().args(["-c", program]))?;
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
