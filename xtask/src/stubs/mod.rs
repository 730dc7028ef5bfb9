//! `cargo xtask stubs`: what Python's and TypeScript's checkers read, written from core's own description.

mod description;
mod node;
mod python;

use std::path::Path;

use anyhow::{Context as _, Result, bail};

use crate::build::write_changed;
use crate::session::Session;
use crate::step::Log;
use description::Description;

/// A file of the repository that is written, not edited.
struct Stub {
    path: &'static str,
    text: String,
}

pub(crate) fn run(session: &Session) -> Result<bool> {
    let stubs = session.steps.task("stubs", |log| write(session, log))?;
    for stub in stubs {
        let changed = write_changed(&session.workspace.path(stub.path), stub.text.as_bytes())?;
        println!(
            "  {:<9} {}",
            if changed { "changed" } else { "unchanged" },
            stub.path
        );
    }
    Ok(true)
}

/// Fails when a stub in the repository is not what would be written now.
pub(crate) fn check(session: &Session) -> Result<()> {
    session.steps.task("stubs: as core describes them", |log| {
        for stub in write(session, log)? {
            compare(
                log,
                &session.workspace.path(stub.path),
                &stub.text,
                "cargo xtask stubs",
            )?;
        }
        Ok(())
    })
}

/// Fails when a generated file is not what would be generated now, which `command` writes.
pub(crate) fn compare(log: &mut Log, file: &Path, text: &str, command: &str) -> Result<()> {
    let name = file.display();
    let there = std::fs::read_to_string(file).with_context(|| format!("cannot read {name}"))?;
    if there == text {
        return Ok(());
    }
    let (mut old, mut new) = (there.lines(), text.lines());
    for line in 1.. {
        let (old, new) = (old.next(), new.next());
        if old != new || old.is_none() {
            log.note(format!(
                "{name}:{line}\n- {}\n+ {}",
                old.unwrap_or_default(),
                new.unwrap_or_default()
            ));
            break;
        }
    }
    bail!("{name} is stale: `{command}` writes it again");
}

fn write(session: &Session, log: &mut Log) -> Result<Vec<Stub>> {
    let mut cargo = session.workspace.cargo();
    cargo.args([
        "run",
        "--quiet",
        "--package",
        "kernel-client",
        "--features",
        "describe",
        "--example",
        "describe",
    ]);
    let description = Description::read(&log.output(&mut cargo)?)?;
    let mut stubs = vec![Stub {
        path: "bindings-node/models.d.ts",
        text: node::models(&description),
    }];
    let head = std::fs::read_to_string(session.workspace.path("bindings-python/stubs/head.pyi"))
        .context("cannot read the head of the Python stub")?;
    stubs.push(Stub {
        path: "bindings-python/python/kernel_client/_native.pyi",
        text: python::native(&head, &description)?,
    });
    stubs.push(Stub {
        path: "bindings-python/python/kernel_client/types/auth.py",
        text: python::types(&description),
    });
    Ok(stubs)
}
