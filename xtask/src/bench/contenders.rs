//! The programs of each language, with this project's package and with what it is held against: the API's own, or for
//! Swift, for which there is none, the crate beneath it.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::rc::Rc;

use anyhow::Result;

use super::arms;
use super::goals::{Entry, NODE, PYTHON, SWIFT};
use crate::build::{NodePackage, Packages};
use crate::package;
use crate::session::Session;
use crate::toolchain::{node, python};

const OFFICIAL: &str = "the API's own package";

/// Where the programs are.
const FOLDER: &str = "tests/bench";

/// The packages of one language.
pub(super) struct Contest<'a> {
    pub(super) language: &'static str,
    /// What the other one is.
    pub(super) rival: &'static str,
    pub(super) entries: &'static [Entry],
    pub(super) ours: Contender<'a>,
    pub(super) official: Contender<'a>,
}

pub(super) struct Contender<'a> {
    /// The program, before the mode and the work.
    pub(super) program: Program<'a>,
    /// A program that prints, when it has begun, the CPU time that it took so far.
    pub(super) empty: Program<'a>,
    /// A program that only loads the package, and then does what an empty one does, where that can be told apart.
    pub(super) load: Option<Program<'a>>,
    /// A program that prints what is installed, where something is.
    pub(super) installed: Option<Program<'a>>,
    /// The file that is published, where there is one.
    pub(super) package: Option<&'a Path>,
}

pub(super) type Program<'a> = Rc<dyn Fn() -> Command + 'a>;

/// An interpreter that is told more.
fn with<'a>(interpreter: &Program<'a>, words: &[&dyn AsRef<OsStr>]) -> Program<'a> {
    let words: Vec<OsString> = words.iter().map(|&word| word.as_ref().into()).collect();
    let interpreter = interpreter.clone();
    Rc::new(move || {
        let mut command = interpreter();
        command.args(&words);
        command
    })
}

/// Python's; `None` when it is left out.
pub(super) fn python<'a>(
    session: &'a Session,
    packages: &'a Packages,
) -> Result<Option<Contest<'a>>> {
    /// Tells at once what the start of the interpreter took.
    const EMPTY: &str = r#"
import time
print(f'{{"cpu_us": {time.process_time() * 1e6}, "wall_us": 0, "units": 1}}', flush=True)
"#;
    let Some(package) = &packages.python else {
        return Ok(None);
    };
    let rival = python::prepare_in(
        session,
        "rival",
        "tests/bench/requirements.txt",
        "python: the API's own package",
    )?;
    let folder = session.workspace.path(FOLDER);
    let contender = |interpreter: &Program<'a>, name: &str, distribution: &str, package| {
        let load = format!("import {name}\n{EMPTY}");
        Contender {
            program: with(interpreter, &[&folder.join("measure.py"), &name]),
            empty: with(interpreter, &[&"-c", &EMPTY]),
            load: Some(with(interpreter, &[&"-c", &load])),
            installed: Some(with(
                interpreter,
                &[&folder.join("installed.py"), &distribution],
            )),
            package,
        }
    };
    let ours: Program<'a> = Rc::new(|| package.command(session));
    let official: Program<'a> = Rc::new(move || rival.command(session, "python"));
    Ok(Some(Contest {
        language: "Python",
        rival: OFFICIAL,
        entries: PYTHON,
        ours: contender(
            &ours,
            "kernel_client",
            "kernel-client",
            Some(&package.wheel),
        ),
        official: contender(&official, "kernel", "kernel", None),
    }))
}

/// Node's; `None` when it is left out. The mode of its program is the module that makes the calls.
pub(super) fn node<'a>(
    session: &'a Session,
    packages: &'a Packages,
) -> Result<Option<Contest<'a>>> {
    let Some(package) = &packages.node else {
        return Ok(None);
    };
    let rival = node::prepare_in(session, FOLDER, "node: the API's own package")?;
    let folder = session.workspace.path(FOLDER);
    let contender = |interpreter: &Program<'a>, name: &str| {
        let load = folder.join("load.cjs");
        Contender {
            program: with(interpreter, &[&folder.join("measure.cjs")]),
            empty: with(interpreter, &[&load]),
            load: Some(with(interpreter, &[&load, &name])),
            installed: Some(with(interpreter, &[&folder.join("installed.cjs"), &name])),
            package: None,
        }
    };
    // Certificates that a machine adds are read when Node starts, which takes as long as the start itself, and 2 MB.
    let bare = |mut command: Command| {
        command.env_remove("NODE_EXTRA_CA_CERTS");
        command
    };
    let project = install(session, package)?;
    let ours: Program<'a> = Rc::new(move || {
        let mut command = bare(package.tools.command(session));
        command.current_dir(&project);
        command
    });
    let official: Program<'a> = Rc::new(move || bare(rival.command(session)));
    Ok(Some(Contest {
        language: "Node",
        rival: OFFICIAL,
        entries: NODE,
        ours: contender(&ours, "kernel-client"),
        official: contender(&official, "@onkernel/sdk"),
    }))
}

/// Swift's; `None` when it is left out. Rust's program is started in the same way, as that takes its time too.
pub(super) fn swift<'a>(
    session: &'a Session,
    packages: &'a Packages,
    release: &Path,
) -> Option<Contest<'a>> {
    let package = packages.swift.as_ref()?;
    let program =
        |path: PathBuf| -> Program<'a> { Rc::new(move || package.program(session, &path, None)) };
    let contender = |program: Program<'a>, empty: Program<'a>| Contender {
        program,
        empty,
        load: None,
        installed: None,
        package: None,
    };
    let built = |name| session.workspace.path(arms::SWIFT).join(name);
    let rust = program(release.join("kernel-bench"));
    let empty = with(&rust, &[&"client", &"empty", &"1", &"1"]);
    Some(Contest {
        language: "Swift",
        rival: "the Rust crate",
        entries: SWIFT,
        ours: contender(program(built(arms::BUILT)), program(built(arms::EMPTY))),
        official: contender(rust, empty),
    })
}

/// A project that has the package from its tarballs, as its users have it.
fn install(session: &Session, package: &NodePackage) -> Result<PathBuf> {
    let project = session.workspace.target().join("bench/node");
    session.steps.task("bench: the package of Node", |log| {
        if project.exists() {
            std::fs::remove_dir_all(&project)?;
        }
        std::fs::create_dir_all(&project)?;
        std::fs::write(project.join("package.json"), r#"{ "private": true }"#)?;
        let tarballs = package::node(session, log, package, &project)?;
        let mut npm = package.tools.npm(session);
        npm.current_dir(&project)
            .args(["install", "--offline"])
            .args([tarballs.main, tarballs.platform]);
        log.run(&mut npm)
    })?;
    Ok(project)
}
