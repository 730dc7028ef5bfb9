//! The programs of each language, with this project's package and with the API's own.

use std::path::Path;
use std::process::Command;
use std::rc::Rc;

use anyhow::Result;

use super::goals::{Entry, PYTHON};
use crate::build::Packages;
use crate::session::Session;
use crate::toolchain::python;

/// The packages of one language.
pub(super) struct Contest<'a> {
    pub(super) language: &'static str,
    pub(super) entries: &'static [Entry],
    pub(super) ours: Contender<'a>,
    pub(super) official: Contender<'a>,
    /// What an empty program prints when it has begun: the CPU time it took.
    pub(super) empty: Box<dyn Fn() -> Command + 'a>,
}

pub(super) struct Contender<'a> {
    /// The program, before the mode and the work.
    pub(super) program: Box<dyn Fn() -> Command + 'a>,
    /// A program that only loads the package, and then does what an empty one does.
    pub(super) load: Box<dyn Fn() -> Command + 'a>,
    /// A program that prints what is installed.
    pub(super) installed: Box<dyn Fn() -> Command + 'a>,
    /// The file that is published, where there is one.
    pub(super) package: Option<&'a Path>,
}

/// Tells at once what the start of the interpreter took.
const EMPTY: &str = r#"
import time
print(f'{{"cpu_us": {time.process_time() * 1e6}, "wall_us": 0, "units": 1}}', flush=True)
"#;

/// Python's; `None` when it is left out.
pub(super) fn python<'a>(
    session: &'a Session,
    packages: &'a Packages,
) -> Result<Option<Contest<'a>>> {
    let Some(package) = &packages.python else {
        return Ok(None);
    };
    let rival = python::prepare_in(
        session,
        "rival",
        "tests/bench/requirements.txt",
        "python: the API's own package",
    )?;
    let folder = session.workspace.path("tests/bench");
    let contender = |interpreter: Box<dyn Fn() -> Command + 'a>,
                     name: &'static str,
                     distribution: &'static str,
                     package: Option<&'a Path>| {
        let interpreter = Rc::new(interpreter);
        let script = |file: &str, argument: &'static str| -> Box<dyn Fn() -> Command + 'a> {
            let (interpreter, file) = (interpreter.clone(), folder.join(file));
            Box::new(move || {
                let mut command = interpreter();
                command.arg(&file).arg(argument);
                command
            })
        };
        Contender {
            program: script("measure.py", name),
            installed: script("installed.py", distribution),
            load: {
                let interpreter = interpreter.clone();
                Box::new(move || {
                    let mut command = interpreter();
                    command.args(["-c", &format!("import {name}\n{EMPTY}")]);
                    command
                })
            },
            package,
        }
    };
    Ok(Some(Contest {
        language: "Python",
        entries: PYTHON,
        ours: contender(
            Box::new(|| package.command(session)),
            "kernel_client",
            "kernel-client",
            Some(&package.wheel),
        ),
        official: contender(
            Box::new(move || rival.command(session, "python")),
            "kernel",
            "kernel",
            None,
        ),
        empty: Box::new(|| {
            let mut command = package.command(session);
            command.args(["-c", EMPTY]);
            command
        }),
    }))
}
