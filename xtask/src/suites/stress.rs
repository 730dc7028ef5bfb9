//! Many streams at once, in each language that has a program for it, and what long lives do to Python: tests/stress.

use std::ffi::OsString;
use std::process::Command;

use crate::build::Built;
use crate::session::Session;
use crate::simulator::Simulator;

/// Programs of Python that judge themselves, with how much of it they do: usually, and where it may take longer.
const LIVES: [(&str, &str, &str, &str); 3] = [
    ("forks under load", "forks.py", "--forks=10", "--forks=100"),
    (
        "ends under load",
        "exits.py",
        "--processes=21",
        "--processes=200",
    ),
    (
        "what calls leave behind",
        "calls.py",
        "--calls=5000 --cancelled=500",
        "--calls=100000 --cancelled=10000",
    ),
];

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
    simulator: &Simulator,
) -> Vec<(String, Command)> {
    let Some(python) = &built.python else {
        return Vec::new();
    };
    LIVES
        .into_iter()
        .map(|(name, program, usual, long)| {
            let words = if session.long { long } else { usual };
            let mut command = python.command(session);
            command
                .arg(session.workspace.path("tests/stress").join(program))
                .args(words.split(' '))
                .env("KERNEL_SIMULATOR", simulator.address());
            (format!("python: {name}"), command)
        })
        .collect()
}
