//! Many streams at once, and what long lives do to Python, Node and Swift: tests/stress.

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

/// The programs in Swift.
const SWIFT: &str = "tests/stress/swift";
/// What the toolchain's own libraries leave behind.
const LEAKS: &str = "tests/stress/swift/leaks.txt";

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

const SWIFT_CALLS: Life = Life {
    name: "what calls leave behind",
    program: "",
    usual: "--calls=5000 --cancelled=500 --streams=50",
    long: "--calls=100000 --cancelled=5000 --streams=500",
};

const SWIFT_LEAKS: Life = Life {
    name: "what calls leave behind, every allocation watched",
    program: "--unmeasured",
    usual: "--calls=500 --cancelled=500 --streams=50",
    long: "--calls=5000 --cancelled=5000 --streams=500",
};

/// The programs of Swift, built.
pub(super) struct SwiftPrograms {
    follows: PathBuf,
    calls: PathBuf,
    /// The same with the address sanitizer.
    watched_calls: PathBuf,
}

/// Builds them, beside the package that is tested already.
pub(super) fn build_swift(session: &Session, built: &Built) -> Result<Option<SwiftPrograms>> {
    let Some(swift) = &built.swift else {
        return Ok(None);
    };
    let folder = session.workspace.path(SWIFT);
    let target = session.workspace.target();
    let (plain, watched) = (target.join("swift-stress"), target.join("swift-watched"));
    let mut build = swift.build_apart(session, &folder, &plain);
    session
        .steps
        .run("stress: swift", build.args(["-c", "release"]))?;
    let mut build = swift.build_apart(session, &folder, &watched);
    build.args(["--sanitize=address", "--product", "Calls"]);
    session.steps.run("stress: swift, watched", &mut build)?;
    Ok(Some(SwiftPrograms {
        follows: plain.join("release/Follows"),
        calls: plain.join("release/Calls"),
        watched_calls: watched.join("debug/Calls"),
    }))
}

pub(super) fn prepare(session: &Session) -> Result<Option<Node>> {
    if !session.has(Language::Node) {
        return Ok(None);
    }
    node::prepare_in(session, FOLDER, "stress: versions of Node").map(Some)
}

/// A judge for each language, with the program that it judges.
pub(super) fn storms(
    session: &Session,
    built: &Built,
    swift: Option<&SwiftPrograms>,
) -> Vec<(String, Command)> {
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
        let module = node.tools.package().join("index.js").into();
        programs.push(("node", vec!["node".into(), script, module]));
    }
    if let (Some(package), Some(programs_of_swift)) = (&built.swift, swift) {
        let command = package.program(session, &programs_of_swift.follows, None);
        let words = std::iter::once(command.get_program()).chain(command.get_args());
        programs.push(("swift", words.map(OsString::from).collect()));
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
    swift: Option<&SwiftPrograms>,
    simulator: &Simulator,
) -> Vec<(String, Command)> {
    let mut programs = Vec::new();
    let mut add = |language: &str, mut command: Command, life: &Life| {
        let amount = if session.long { life.long } else { life.usual };
        command
            .args(life.program.split_whitespace())
            .args(amount.split_whitespace())
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
    if let (Some(package), Some(swift)) = (&built.swift, swift) {
        add(
            "swift",
            package.program(session, &swift.calls, None),
            &SWIFT_CALLS,
        );
        let mut watched = package.program(session, &swift.watched_calls, None);
        let leaks = session.workspace.path(LEAKS);
        watched.env("ASAN_OPTIONS", "detect_leaks=1");
        watched.env("LSAN_OPTIONS", format!("suppressions={}", leaks.display()));
        add("swift", watched, &SWIFT_LEAKS);
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
