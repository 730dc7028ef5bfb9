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
    let mut written = Vec::new();
    let outcome = session.steps.task("stubs", |log| {
        each(session, log, swift.as_ref(), |_, stub| {
            let file = session.workspace.path(&stub.path);
            let changed = write_changed(&file, stub.text.as_bytes())?;
            written.push((changed, stub.path));
            Ok(())
        })
    });
    for (changed, path) in written {
        let what = if changed { "changed" } else { "unchanged" };
        println!("  {what:<9} {path}");
    }
    outcome?;
    Ok(true)
}

/// Fails when a file in the repository is not what would be written now.
pub(crate) fn check(session: &Session) -> Result<()> {
    let swift = swift(session)?;
    session
        .steps
        .task("stubs: as they would be written", |log| {
            each(session, log, swift.as_ref(), |log, stub| {
                compare(log, &session.workspace.path(&stub.path), &stub)
            })
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

/// Hands over one stub after another: some are made of those before.
fn each(
    session: &Session,
    log: &mut Log,
    swift: Option<&Swift>,
    mut then: impl FnMut(&mut Log, Stub) -> Result<()>,
) -> Result<()> {
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
    let models = Stub {
        path: "bindings-node/models.d.ts".to_owned(),
        text: node::models(&description)?,
    };
    then(log, models)?;
    let part = |name: &str| {
        let path = format!("bindings-python/stubs/{name}.pyi");
        std::fs::read_to_string(session.workspace.path(&path))
            .with_context(|| format!("cannot read {path}"))
    };
    let native = Stub {
        path: "bindings-python/python/kernel_client/_native.pyi".to_owned(),
        text: python::native(
            &part("head")?,
            &part("models")?,
            &part("members")?,
            &description,
        )?,
    };
    then(log, native)?;
    let types = Stub {
        path: "bindings-python/python/kernel_client/types/auth.py".to_owned(),
        text: python::types(&description),
    };
    then(log, types)?;
    if let Some(tools) = swift {
        for stub in swift::generated(session, log)? {
            then(log, stub)?;
        }
        let interface = swift::interface(session, log, tools)?;
        then(log, interface)?;
    }
    Ok(())
}
