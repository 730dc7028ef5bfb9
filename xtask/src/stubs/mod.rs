//! `cargo xtask stubs`: what is written from the Rust sources and checked in: the types of Python and TypeScript, from
//! core's own description, and the Swift side of the bindings.

mod description;
mod node;
mod official;
mod python;
mod swift;

use std::path::Path;

use anyhow::{Context as _, Result, bail};

use crate::build::write_changed;
use crate::cli::Language;
use crate::session::Session;
use crate::step::Log;
use crate::toolchain::{self, Swift};
use description::Description;

/// A file of the repository that is written, not edited.
struct Stub {
    path: String,
    text: String,
}

pub(crate) fn run(session: &Session) -> Result<bool> {
    let swift = swift(session)?;
    let stubs = session
        .steps
        .task("stubs", |log| write(session, log, swift.as_ref()))?;
    for stub in stubs {
        let changed = write_changed(&session.workspace.path(&stub.path), stub.text.as_bytes())?;
        println!(
            "  {:<9} {}",
            if changed { "changed" } else { "unchanged" },
            stub.path
        );
    }
    Ok(true)
}

/// Fails when a file in the repository is not what would be written now.
pub(crate) fn check(session: &Session) -> Result<()> {
    let swift = swift(session)?;
    session
        .steps
        .task("stubs: as they would be written", |log| {
            for stub in write(session, log, swift.as_ref())? {
                compare(log, &session.workspace.path(&stub.path), &stub)?;
            }
            Ok(())
        })
}

fn swift(session: &Session) -> Result<Option<Swift>> {
    let wanted = session.has(Language::Swift);
    wanted
        .then(|| toolchain::swift::prepare(session))
        .transpose()
}

fn compare(log: &mut Log, file: &Path, stub: &Stub) -> Result<()> {
    let Stub { path, text } = stub;
    let there = std::fs::read_to_string(file).with_context(|| format!("cannot read {path}"))?;
    if there == *text {
        return Ok(());
    }
    let (mut old, mut new) = (there.lines(), text.lines());
    for line in 1.. {
        let (old, new) = (old.next(), new.next());
        if old != new || old.is_none() {
            let (old, new) = (old.unwrap_or_default(), new.unwrap_or_default());
            log.note(format!("{path}:{line}\n- {old}\n+ {new}"));
            break;
        }
    }
    bail!("{path} is stale: `cargo xtask stubs` writes it again");
}

fn write(session: &Session, log: &mut Log, swift: Option<&Swift>) -> Result<Vec<Stub>> {
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
        path: "bindings-node/models.d.ts".to_owned(),
        text: node::models(&description)?,
    }];
    let part = |name: &str| {
        let path = format!("bindings-python/stubs/{name}.pyi");
        std::fs::read_to_string(session.workspace.path(&path))
            .with_context(|| format!("cannot read {path}"))
    };
    stubs.push(Stub {
        path: "bindings-python/python/kernel_client/_native.pyi".to_owned(),
        text: python::native(
            &part("head")?,
            &part("models")?,
            &part("members")?,
            &description,
        )?,
    });
    stubs.push(Stub {
        path: "bindings-python/python/kernel_client/types/auth.py".to_owned(),
        text: python::types(&description),
    });
    if let Some(tools) = swift {
        stubs.extend(swift::generated(session, log)?);
        stubs.push(swift::interface(session, log, tools)?);
    }
    Ok(stubs)
}
