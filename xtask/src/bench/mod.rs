//! `cargo xtask bench`: the CPU and time of a login, a page and an event in each language, as ratios to bare reqwest in
//! the same run; then the same and more beside the API's own package, with what this project wants to reach.

mod arms;
mod contenders;
mod contest;
mod goals;
mod pin;
mod sample;
mod world;

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context as _, Result};

use crate::build::{self, Packages};
use crate::session::Session;
use crate::simulator::Simulator;
use crate::table;
use arms::{Arm, BARE, Load, SWIFT};
use sample::{median, ratios, sorted};

const ROUNDS: usize = 7;
/// The API's own packages take much longer.
const CONTEST_ROUNDS: usize = 5;
/// Of a rough measurement.
const QUICK_ROUNDS: usize = 3;

/// What answers the programs.
struct Servers {
    /// On the one CPU that programs share with it,
    alone: Server,
    /// and wherever there is room.
    together: Server,
}

/// A simulator, and a server that gives its answers again at next to no cost. At a server that takes as long as the
/// simulator does, fast clients wait, each answer wakes them, and they look alike.
struct Server {
    replay: Simulator,
    /// What it has its answers from. It ends after it.
    _simulator: Simulator,
}

impl Servers {
    fn start(session: &Session) -> Result<Self> {
        let program = |name: &str| {
            let release = session.workspace.target().join("release");
            session.workspace.command(release.join(name))
        };
        let server = |place: &dyn Fn(Command) -> Command| {
            let simulator = program("kernel-simulator");
            let simulator = Simulator::in_world(session, simulator, "bench", &world::world())?;
            let simulator = Simulator::start(place(simulator))?;
            let mut replay = program("kernel-replay");
            replay.envs(simulator.environment());
            Ok::<_, anyhow::Error>(Server {
                replay: Simulator::start(place(replay))?,
                _simulator: simulator,
            })
        };
        Ok(Self {
            alone: server(&|command| pin::pinned(session, command))?,
            together: server(&|command| command)?,
        })
    }

    /// What a program needs in its environment for calls of this kind.
    fn environment(&self, is_alone: bool) -> [(&'static str, &str); 2] {
        let server = if is_alone {
            &self.alone
        } else {
            &self.together
        };
        server.replay.environment()
    }
}

pub(crate) fn run(session: &Session, quick: bool) -> Result<bool> {
    let mut cargo = session
        .workspace
        .cargo_release(&["kernel-simulator", "kernel-bench"]);
    let simulator = session.workspace.target().join("release/kernel-simulator");
    let (packages, _) = build::packages_and(
        session,
        || {
            session.steps.run("bench: simulator and Rust", &mut cargo)?;
            Ok(simulator)
        },
        PathBuf::as_path,
    )?;
    if let Some(swift) = &packages.swift {
        let mut command = swift.build(session, &session.workspace.path(SWIFT));
        session
            .steps
            .run("bench: swift", command.args(["-c", "release"]))?;
    }

    let servers = Servers::start(session)?;
    let rounds = |rounds| if quick { QUICK_ROUNDS } else { rounds };
    let beside_reqwest = beside_reqwest(session, &packages, &servers, rounds(ROUNDS))?;
    let (tables, reached) = contest::run(session, &packages, &servers, rounds(CONTEST_ROUNDS))?;
    for table in tables {
        println!("\n{table}");
    }
    Ok(beside_reqwest && reached)
}

/// Prints the table of each load; `false` when a target is missed.
fn beside_reqwest(
    session: &Session,
    packages: &Packages,
    servers: &Servers,
    rounds: usize,
) -> Result<bool> {
    let release = session.workspace.target().join("release");
    let mut arms = arms::all(session, packages, &release);
    for round in 0..rounds {
        session
            .steps
            .task(&format!("bench: round {} of {rounds}", round + 1), |log| {
                // Another arm goes first in each round, so that none always meets a warmer machine.
                let first = round % arms.len();
                arms.rotate_left(first);
                for arm in &mut arms {
                    let mut command = arm.command(session);
                    command.envs(servers.environment(arm.load.is_alone()));
                    let taken = sample::take(log, &mut command, arm.load.units());
                    let sample = taken.with_context(|| arm.name.trim().to_owned())?;
                    arm.cpu.push(sample.cpu_us);
                    arm.wall.push(sample.wall_us);
                }
                arms.rotate_right(first);
                Ok(())
            })?;
    }

    println!("\nMedians of {rounds} rounds; ratios to bare reqwest in the same round");
    let mut ok = true;
    for load in Load::ALL {
        let arms: Vec<&Arm<'_>> = arms.iter().filter(|arm| arm.load == load).collect();
        let (rows, met) = compare(&arms)?;
        ok &= met;
        println!("\n{}\n\n{}", load.title(), table::layout(&rows));
    }
    Ok(ok)
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

fn verdict(met: bool) -> &'static str {
    if met { "met" } else { "MISSED" }
}
