//! Many streams at once, in each language that has a program for it: tests/stress.

use std::ffi::OsString;
use std::process::Command;

use crate::build::Built;
use crate::session::Session;

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
