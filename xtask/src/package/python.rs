//! What an index of Python packages gets: a wheel that runs on old systems too, and the sources. Both are proved here.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, ensure};

use crate::build::{PythonPackage, only_wheel};
use crate::session::Session;
use crate::step::Log;
use crate::toolchain::python;

const REQUIREMENTS: &str = "bindings-python/requirements-release.txt";
/// Linux distributions with glibc 2.17 and later.
const PLATFORM: &str = "manylinux2014";

pub(super) struct Published {
    pub(super) wheel: PathBuf,
    pub(super) sources: PathBuf,
}

/// Builds both into `dist`, where the wheel takes the place of the one that was built for this machine alone.
pub(super) fn publish(
    session: &Session,
    package: &PythonPackage,
    dist: &Path,
) -> Result<Published> {
    let tools = python::prepare_in(session, "release", REQUIREMENTS, "python: release tools")?;
    let maturin = |words: &[&str], out: &Path| {
        let mut maturin = tools.command(session, "maturin");
        maturin.current_dir(&package.folder).args(words);
        maturin.arg("--out").arg(out);
        session.workspace.without_paths(&mut maturin);
        with_unwinder(session, &mut maturin);
        maturin
    };
    let wheel = session.steps.task("python: wheel to publish", |log| {
        let out = emptied(session, "published")?;
        let mut build = maturin(&["build", "--locked"], &out);
        log.run(build.args(for_old_systems()))?;
        let built = only_wheel(&out)?;
        let local = dist.join(package.wheel.file_name().unwrap_or_default());
        std::fs::remove_file(&local)
            .with_context(|| format!("cannot remove {}", local.display()))?;
        log.run(&mut check(session, package, &built))?;
        super::copy_into(&built, dist)
    })?;
    let sources = session.steps.task("python: sources", |log| {
        let out = emptied(session, "sources")?;
        log.run(&mut maturin(&["sdist"], &out))?;
        let mut made = std::fs::read_dir(&out)?;
        let made = made.next().context("maturin packed no sources")??;
        super::copy_into(&made.path(), dist)
    })?;
    session
        .steps
        .task("python: the sources make the same wheel", |log| {
            let rebuilt = rebuild(session, &tools, log, &sources)?;
            ensure!(
                rebuilt.file_name() == wheel.file_name(),
                "they make {}",
                rebuilt.display()
            );
            ensure!(
                std::fs::read(&rebuilt)? == std::fs::read(&wheel)?,
                "{} has other contents",
                rebuilt.display()
            );
            Ok(())
        })?;
    Ok(Published { wheel, sources })
}

/// The check of what is in a wheel.
pub(crate) fn check(session: &Session, package: &PythonPackage, wheel: &Path) -> Command {
    let mut command = package.command(session);
    command.arg("tests/packaged.py").arg(wheel);
    command
}

/// Builds the sources in a folder of their own, by the hook that `pip install` and its kin call (PEP 517). pip itself
/// would first ask for the metadata and hand them back as a file, which maturin then compresses to a byte more.
const BUILD: &str = "
import os, shutil, sys, tempfile
import maturin
sources, out, arguments = sys.argv[1:]
with tempfile.TemporaryDirectory() as folder:
    shutil.unpack_archive(sources, folder)
    os.chdir(os.path.join(folder, *os.listdir(folder)))
    maturin.build_wheel(out, {'build-args': arguments})
    os.chdir(out)
";

/// Builds a wheel from the sources, with only the crates from elsewhere.
fn rebuild(
    session: &Session,
    tools: &python::Python,
    log: &mut Log,
    sources: &Path,
) -> Result<PathBuf> {
    let out = emptied(session, "rebuilt")?;
    let mut build = tools.command(session, "python");
    build
        .args(["-c", BUILD])
        .args([sources, &out])
        .arg(for_old_systems().join(" "))
        // Nothing that was built already may hide what the sources lack.
        .env("CARGO_TARGET_DIR", emptied(session, "rebuilt-target")?);
    session.workspace.without_paths(&mut build);
    with_unwinder(session, &mut build);
    log.run(&mut build)?;
    only_wheel(&out)
}

/// What maturin is told where wheels are tied to a C library.
fn for_old_systems() -> &'static [&'static str] {
    if cfg!(target_os = "linux") {
        &["--zig", "--compatibility", PLATFORM]
    } else {
        &[]
    }
}

/// Links with the unwinder of the system, where zig would put one of its own into the library: the C library ends
/// threads by unwinding them with the system's, and a process whose threads call crashes as it exits with another one.
fn with_unwinder(session: &Session, command: &mut Command) {
    if !cfg!(all(target_os = "linux", target_env = "gnu")) {
        return;
    }
    let mut cc = session.workspace.command("cc");
    let Ok(told) = cc.arg("-print-file-name=libgcc_s.so.1").output() else {
        return;
    };
    let library = String::from_utf8_lossy(&told.stdout);
    let flags = command.get_envs().find_map(|(name, flags)| {
        let flags = (name == "CARGO_ENCODED_RUSTFLAGS").then_some(flags)??;
        Some(flags.to_string_lossy().into_owned())
    });
    let mut flags: Vec<String> = flags
        .into_iter()
        .filter(|flags| !flags.is_empty())
        .collect();
    flags.push(format!("-Clink-arg={}", library.trim()));
    command.env("CARGO_ENCODED_RUSTFLAGS", flags.join("\u{1f}"));
}

fn emptied(session: &Session, name: &str) -> Result<PathBuf> {
    let folder = session.workspace.target().join("package/python").join(name);
    if folder.exists() {
        std::fs::remove_dir_all(&folder)?;
    }
    std::fs::create_dir_all(&folder)?;
    Ok(folder)
}
