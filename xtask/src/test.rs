//! `cargo xtask test`: everything that is checked, and how much of it holds.

use anyhow::{Result, ensure};

use crate::build::{self, Built};
use crate::examples::{self, Kind};
use crate::scenarios::{self, Results};
use crate::session::Session;
use crate::simulator::{API_KEY, Simulator};
use crate::suites::{self, Tools};
use crate::tally::{self, Tally};
use crate::toolchain::joined;
use crate::{consumer, demo, docs, package, readme};

pub(crate) fn run(session: &Session) -> Result<bool> {
    let (built, tools) = std::thread::scope(|scope| {
        let tools = scope.spawn(|| suites::prepare(session));
        let built = build::everything(session);
        joined(tools).and_then(|tools| Ok((built?, tools)))
    })?;
    let mut tally = Tally::default();
    let simulator = Simulator::start(session.workspace.command(&built.rust.simulator))?;
    let results = Results::new(session, &built.rust)?;

    rust(session, &simulator, &results, &mut tally);
    let broken = scenarios::run(session, &built, &simulator, &results);
    own_tests(session, &built, &simulator, &results, &mut tally)?;
    suites::run(session, &built, &tools, &simulator, &mut tally)?;
    show_themselves(session, &built, &mut tally)?;
    match packed(session, &built, &tools, &simulator, &mut tally) {
        Ok(()) => {}
        Err(error) => tally.fail(format!("packages: {error:#}")),
    }

    println!(
        "\n{}",
        scenarios::matrix(session, &built, &results, &broken, &mut tally)?
    );
    if !tally.failures().is_empty() {
        println!("\nfailed:");
        for failure in tally.failures() {
            println!("  {failure}");
        }
    }
    println!("\n{} passed, {} failed", tally.passed, tally.failed);
    Ok(tally.failed == 0)
}

/// Unit tests, doc tests and the scenarios of Rust.
fn rust(session: &Session, simulator: &Simulator, results: &Results, tally: &mut Tally) {
    let mut cargo = session.workspace.cargo();
    cargo.args(["test", "--no-fail-fast"]);
    results.aim(session, simulator, &mut cargo);
    tally::counted(session, "rust: tests", &mut cargo, tally::of_cargo, tally);
}

/// What the bindings test of themselves, beyond the scenarios.
fn own_tests(
    session: &Session,
    built: &Built,
    simulator: &Simulator,
    results: &Results,
    tally: &mut Tally,
) -> Result<()> {
    if let Some(python) = &built.python {
        let mut command = python.command(session);
        command.args([
            "-m",
            "pytest",
            "-p",
            "no:cacheprovider",
            "--color=no",
            "tests",
        ]);
        results.aim(session, simulator, &mut command);
        tally::counted(
            session,
            "python: tests",
            &mut command,
            tally::of_pytest,
            tally,
        );
    }
    if let Some(node) = &built.node {
        let mut command = node.tools.tests(session, "test", ".test.mjs", &[])?;
        results.aim(session, simulator, &mut command);
        tally::counted(session, "node: tests", &mut command, tally::of_node, tally);
    }
    if let Some(swift) = &built.swift {
        // Of the bindings only Swift's hold tests in Rust: the others are nothing without their interpreter.
        let mut cargo = session.workspace.cargo();
        cargo.args([
            "test",
            "--no-fail-fast",
            "--package",
            "kernel-client-swift",
            "--features",
            "bindgen",
        ]);
        tally::counted(
            session,
            "swift: tests of the native part",
            &mut cargo,
            tally::of_cargo,
            tally,
        );
        let mut command = swift.test(session);
        results.aim(session, simulator, &mut command);
        tally::counted(
            session,
            "swift: tests",
            &mut command,
            tally::of_swift,
            tally,
        );
        let mut command = swift.release_scenarios(session);
        results.aim(session, simulator, &mut command);
        // The matrix has them once.
        command.env_remove("KERNEL_RESULTS");
        tally::counted(
            session,
            "swift: scenarios, release",
            &mut command,
            tally::of_swift,
            tally,
        );
        docs::test(session, swift, &built.rust.simulator, tally);
    }
    Ok(())
}

/// Each example with its log turned on: it says what it does, and never the key or what a person entered.
fn show_themselves(session: &Session, built: &Built, tally: &mut Tally) -> Result<()> {
    let simulator = demo::simulator(session, &built.rust)?;
    for example in examples::all(session, built, Kind::SignIn) {
        let slug = example.slug();
        let outcome =
            session
                .steps
                .task(&format!("{slug}: example with KERNEL_LOG=debug"), |log| {
                    let run = example.run(
                        &simulator,
                        &["example.com", &slug],
                        demo::ANSWERS,
                        &[("KERNEL_LOG", "debug")],
                    )?;
                    log.note(format!("{}\n{}", run.stdout, run.stderr));
                    run.signed_in()?;
                    let logged = run.stderr.to_lowercase();
                    ensure!(
                        logged.contains("debug") || logged.contains("info"),
                        "it logged nothing"
                    );
                    let said = format!("{}{}", run.stdout, run.stderr);
                    for (what, secret) in
                        [("the API key", API_KEY), ("the password", demo::PASSWORD)]
                    {
                        ensure!(!said.contains(secret), "{what} is in its output");
                    }
                    Ok(())
                });
        tally.check(&format!("{slug}: example with KERNEL_LOG=debug"), outcome);
    }
    Ok(())
}

/// The packages, each in an empty project, and the snippets of README.md; then where else they are used.
fn packed(
    session: &Session,
    built: &Built,
    tools: &Tools,
    simulator: &Simulator,
    tally: &mut Tally,
) -> Result<()> {
    let dist = package::pack(session, built)?;
    let snippets = readme::snippets(session)?;
    consumer::prove(session, built, &dist, &snippets, tally)?;
    suites::run_packed(session, &dist, tools, simulator, tally)
}
