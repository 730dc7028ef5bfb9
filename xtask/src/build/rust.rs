//! Everything that needs nothing but Rust: core, the simulator, the tests and examples.

use std::path::PathBuf;

use anyhow::Result;

use crate::examples::Kind;
use crate::session::Session;

pub(crate) struct RustPrograms {
    pub(crate) simulator: PathBuf,
    /// Judges programs that follow many streams at once; and such a program.
    pub(crate) stress: PathBuf,
    pub(crate) follows: PathBuf,
    examples: PathBuf,
}

impl RustPrograms {
    pub(crate) fn example(&self, kind: Kind) -> PathBuf {
        self.examples.join(kind.stem())
    }
}

pub(crate) fn build(session: &Session) -> Result<RustPrograms> {
    // All targets at once, so that programs, examples and tests agree on the features of what they share.
    session.steps.run(
        "rust: core, simulator, tests",
        session.workspace.cargo().args(["build", "--all-targets"]),
    )?;
    let debug = session.workspace.target().join("debug");
    Ok(RustPrograms {
        simulator: debug.join("kernel-simulator"),
        stress: debug.join("kernel-stress"),
        follows: debug.join("follows"),
        examples: debug.join("examples"),
    })
}
