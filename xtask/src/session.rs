//! One run of a command: the workspace, the steps, and the languages that take part.

use anyhow::Result;

use crate::cli::{Command, Invocation, Language};
use crate::step::Steps;
use crate::workspace::Workspace;

pub(crate) struct Session {
    pub(crate) workspace: Workspace,
    pub(crate) steps: Steps,
    /// Whether the tests that can take longer do.
    pub(crate) long: bool,
    without: Vec<Language>,
}

impl Session {
    pub(crate) fn has(&self, language: Language) -> bool {
        !self.without.contains(&language)
    }
}

/// Runs a command. `false`: it did its work, and what it checked does not hold.
pub(crate) fn run(invocation: &Invocation) -> Result<bool> {
    let workspace = Workspace::find()?;
    let steps = Steps::new(workspace.path("target/log"))?;
    let session = Session {
        workspace,
        steps,
        long: invocation.long,
        without: invocation.without.clone(),
    };
    for language in &session.without {
        session
            .steps
            .say(&format!("  left out: {}", language.name()));
    }
    match invocation.command {
        Command::Demo if invocation.browser => crate::demo::run_in_browser(&session),
        Command::Demo => crate::demo::run(&session),
        Command::Test => crate::test::run(&session),
        Command::Package => crate::package::run(&session),
        Command::Stubs => crate::stubs::run(&session),
        Command::Lint => crate::lint::run(&session),
        Command::Bench => crate::bench::run(&session, invocation.quick),
    }
}
