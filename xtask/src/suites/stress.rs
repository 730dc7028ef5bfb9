//! Many streams at once, in each language that has a program for it, and what long lives do to Python and Node:
//! tests/stress.

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::Command;

use anyhow::Result;

use super::Tools;
use crate::build::Built;
use crate::cli::Language;
use crate::session::Session;
use crate::simulator::Simulator;
use crate::toolchain::{Node, node};

/// Has the versions of Node.
const FOLDER: &str = "tests/stress";
/// Those in which workers are ended: what a worker takes along when it goes is different in each.
const VERSIONS: [u32; 3] = [20, 22, 24];

/// A program that judges itself, with how much of it that does: usually, and where it may take longer.
struct Life {
    name: &'static str,
    /// After the interpreter, in the folder of its package.
    program: &'static str,
    usual: &'static str,
    long: &'static str,
}

const PYTHON: [Life; 3] = [
    Life {
        name: "forks under load",
        program: "../tests/stress/forks.py",
        usual: "--forks=10",
        long: "--forks=100",
    },
    Life {
        name: "ends under load",
        program: "../tests/stress/exits.py",
        usual: "--processes=21",
        long: "--processes=200",
    },
    Life {
        name: "what calls leave behind",
        program: "../tests/stress/calls.py",
        usual: "--calls=5000 --cancelled=500",
        long: "--calls=100000 --cancelled=10000",
    },
];

const NODE: [Life; 2] = [
    Life {
        name: "ends under load",
        program: "../tests/stress/exits.mjs",
        usual: "--processes=21",
        long: "--processes=200",
    },
    Life {
        name: "what calls leave behind",
        program: "--expose-gc --no-opt --max-semi-space-size=1 ../tests/stress/calls.mjs",
        usual: "--calls=5000 --aborted=500",
        long: "--calls=100000 --aborted=10000",
    },
];

const WORKERS: Life = Life {
    name: "workers ended under load",
    program: "../tests/stress/workers.mjs",
    usual: "--rounds=3",
    long: "--rounds=40",
};

pub(super) fn prepare(session: &Session) -> Result<Option<Node>> {
    if !session.has(Language::Node) {
        return Ok(None);
    }
    node::prepare_in(session, FOLDER, "stress: versions of Node").map(Some)
}

/// A judge for each language, with the program that it judges.
pub(super) fn storms(session: &Session, built: &Built) -> Vec<(String, Command)> {
    let workspace = &session.workspace;
    let mut programs: Vec<(&str, Vec<OsString>)> =
        vec![("rust", vec![built.rust.follows.clone().into()])];
    if let Some(python) = &built.python {
        let program = python.tools.program("python").into();
        let script = workspace.path("tests/stress/follows.py").into();
        programs.push(("python-asyncio", vec![program, script]));
    }
    if let Some(node) = &built.node {
        let script = workspace.path("tests/stress/follows.mjs").into();
        let module = node.tools.package().join("index.mjs").into();
        programs.push(("node", vec!["node".into(), script, module]));
    }
    programs
        .into_iter()
        .map(|(language, program)| {
            let mut judge = workspace.command(&built.rust.stress);
            judge.args(program);
            (format!("{language}: many streams at once"), judge)
        })
        .collect()
}

/// The programs that fork, end and call, against this simulator.
pub(super) fn lives(
    session: &Session,
    built: &Built,
    tools: &Tools,
    simulator: &Simulator,
) -> Vec<(String, Command)> {
    let mut programs = Vec::new();
    let mut add = |language: &str, mut command: Command, life: &Life| {
        let amount = if session.long { life.long } else { life.usual };
        command
            .args(life.program.split(' '))
            .args(amount.split(' '))
            .env("KERNEL_SIMULATOR", simulator.address());
        programs.push((format!("{language}: {}", life.name), command));
    };
    if let Some(python) = &built.python {
        for life in &PYTHON {
            add("python", python.command(session), life);
        }
    }
    if let (Some(node), Some(versions)) = (&built.node, &tools.stress_node) {
        for life in &NODE {
            add("node", node.tools.command(session), life);
        }
        for version in VERSIONS {
            let name = format!("node {version}");
            match program(versions, version) {
                Some(program) => add(&name, node.tools.command_of(session, program), &WORKERS),
                None => session
                    .steps
                    .say(&format!("  left out: {name}, which npm does not have here")),
            }
        }
    }
    programs
}

/// Node of this version, as it is installed for this machine.
fn program(versions: &Node, version: u32) -> Option<PathBuf> {
    let arch = match std::env::consts::ARCH {
        "x86_64" => "x64",
        "aarch64" => "arm64",
        other => other,
    };
    let modules = versions.package().join("node_modules");
    let program = modules.join(format!("node{version}-{arch}/bin/node"));
    program.exists().then_some(program)
}
