//! The tests that stand beside the languages: the hosted page in a browser, the official SDKs, many streams at once, the
//! recipes, all languages under load, and Python and Node in the programs of others.

mod browser;
mod hosts;
mod node_hosts;
mod official;
mod recipes;
mod stress;

use std::path::PathBuf;
use std::process::Command;

use anyhow::Result;

use crate::build::Built;
use crate::package::Dist;
use crate::session::Session;
use crate::simulator::Simulator;
use crate::tally::{self, Counts, Tally};
use crate::toolchain::{Node, Python, joined};

/// What they need beyond the languages' own tools; `None` where a language was left out.
pub(crate) struct Tools {
    browser: Option<(Node, PathBuf)>,
    hosts: Option<Python>,
    node_hosts: Option<Node>,
    official_node: Option<Node>,
    official_python: Option<Python>,
    recipes_node: Option<Node>,
    recipes_python: Option<Python>,
    /// Its packages are other versions of Node.
    stress_node: Option<Node>,
}

/// Installs it, all at once: most of that is downloading.
pub(crate) fn prepare(session: &Session) -> Result<Tools> {
    std::thread::scope(|scope| {
        let browser = scope.spawn(|| browser::prepare(session));
        let hosts = scope.spawn(|| hosts::prepare(session));
        let node_hosts = scope.spawn(|| node_hosts::prepare(session));
        let node = scope.spawn(|| official::prepare_node(session));
        let python = scope.spawn(|| official::prepare_python(session));
        let recipes_node = scope.spawn(|| recipes::prepare_node(session));
        let recipes_python = scope.spawn(|| recipes::prepare_python(session));
        let versions = scope.spawn(|| stress::prepare(session));
        Ok(Tools {
            browser: joined(browser)?,
            hosts: joined(hosts)?,
            node_hosts: joined(node_hosts)?,
            official_node: joined(node)?,
            official_python: joined(python)?,
            recipes_node: joined(recipes_node)?,
            recipes_python: joined(recipes_python)?,
            stress_node: joined(versions)?,
        })
    })
}

/// A program that counts its tests.
struct Suite {
    name: &'static str,
    command: Command,
    count: fn(&str) -> Result<Counts>,
}

/// Runs all of them. Those that mostly wait run beside each other; the browser has the machine to itself.
pub(crate) fn run(
    session: &Session,
    built: &Built,
    tools: &Tools,
    simulator: &Simulator,
    tally: &mut Tally,
) -> Result<()> {
    let mut suites = official::suites(session, built, tools, simulator)?;
    suites.extend(hosts::suite(session, built, tools, simulator)?);
    suites.extend(recipes::suites(session, built, tools)?);
    let swift = stress::build_swift(session, built)?;
    let mut programs: Vec<_> = stress::storms(session, built, swift.as_ref())
        .into_iter()
        .map(|storm| vec![storm])
        .collect();
    // One after another: each measures what it does.
    programs.push(stress::lives(
        session,
        built,
        tools,
        swift.as_ref(),
        simulator,
    ));
    let tallies = std::thread::scope(|scope| {
        let mut threads = Vec::new();
        threads.push(scope.spawn(move || {
            let mut tally = Tally::default();
            for suite in &mut suites {
                suite.run(session, &mut tally);
            }
            Ok(tally)
        }));
        for programs in programs {
            threads.push(scope.spawn(move || {
                let mut tally = Tally::default();
                for (name, mut command) in programs {
                    tally.check(&name, session.steps.run(&name, &mut command));
                }
                Ok(tally)
            }));
        }
        threads
            .into_iter()
            .map(joined)
            .collect::<Result<Vec<Tally>>>()
    })?;
    for part in tallies {
        tally.absorb(part);
    }
    if let Some(mut suite) = browser::suite(session, tools, simulator)? {
        suite.run(session, tally);
    }
    Ok(())
}

/// Runs those that need the packages as they ship.
pub(crate) fn run_packed(
    session: &Session,
    dist: &Dist,
    tools: &Tools,
    simulator: &Simulator,
    tally: &mut Tally,
) -> Result<()> {
    if let Some(mut suite) = node_hosts::suite(session, dist, tools, simulator)? {
        suite.run(session, tally);
    }
    Ok(())
}

impl Suite {
    fn run(&mut self, session: &Session, tally: &mut Tally) {
        tally::counted(session, self.name, &mut self.command, self.count, tally);
    }
}
