//! Many event streams at once, cut at random places: `kernel-stress PROGRAM [ARGUMENT]...`
//!
//! Starts a simulator and the program, which follows logins with this project's client and prints what it is given.
//! Holds that against what the simulator says it told. `storm.json` has the numbers, README.md the rules.
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a program that reports to a terminal"
)]

mod follower;
mod memory;
mod storm;
mod world;

use std::ffi::{OsStr, OsString};
use std::process::ExitCode;

use anyhow::{Context as _, Result, ensure};
use kernel_simulator::Simulator;

use follower::Follower;
use storm::{START_MS, Storm};
use world::{Control, Told};

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let mut words = std::env::args_os().skip(1);
    let Some(program) = words.next() else {
        eprintln!("usage: kernel-stress PROGRAM [ARGUMENT]...");
        return ExitCode::from(2);
    };
    match weather(&program, &words.collect::<Vec<_>>()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Sends a program through the whole storm.
async fn weather(program: &OsStr, words: &[OsString]) -> Result<()> {
    let storm = Storm::read()?;
    let simulator = Simulator::start()
        .await
        .map_err(|error| anyhow::anyhow!("the simulator does not start: {error}"))?;
    let control = Control::of(simulator.address());
    let mut follower = Follower::start(program, words)?;
    let idle = follower.memory()?;
    let mut after = Vec::new();
    for round in 0..storm.rounds {
        let streams = pass(&storm, round, &control, &mut follower)
            .await
            .with_context(|| format!("round {} of {}", round + 1, storm.rounds))?;
        let peak = follower.memory()?;
        println!(
            "round {}: {} flows, {} events, each once, over {streams} streams; memory {} MiB at most",
            round + 1,
            storm.flows,
            storm.flows * storm.events(),
            peak / 1024
        );
        after.push(peak);
    }
    follower.end()?;
    storm.memory.judge(storm.flows, idle, &after)
}

/// One round: a world of its own, whose logins all stand still until every one of them is followed.
async fn pass(
    storm: &Storm,
    round: u64,
    control: &Control,
    follower: &mut Follower,
) -> Result<usize> {
    let world = control.open(&storm.world(round)).await?;
    let ids = storm.ids();
    follower.send(&world.base_url, &ids)?;
    world.wait_follows(storm.flows).await?;
    world.advance(START_MS).await?;
    let heard = follower.hear()?;
    let Told { states, streams } = world.told().await?;
    ensure!(
        states.len() == storm.flows,
        "the simulator knows of {} flows",
        states.len()
    );
    for (id, told) in &states {
        ensure!(
            told.len() == storm.events(),
            "{id}: the simulator told {} events, not {}",
            told.len(),
            storm.events()
        );
        let heard = heard.get(id).map(Vec::as_slice).unwrap_or_default();
        ensure!(
            heard == told,
            "{id}: told were {told:?}, heard were {heard:?}"
        );
    }
    ensure!(
        heard.len() == states.len(),
        "the program followed {} flows",
        heard.len()
    );
    ensure!(
        streams >= storm.flows * 2,
        "{streams} streams for {} flows: there was hardly a cut",
        storm.flows
    );
    world.close().await?;
    Ok(streams)
}
