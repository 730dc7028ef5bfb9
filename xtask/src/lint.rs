//! `cargo xtask lint`: everything that can be said about the sources without running them.

use std::path::PathBuf;
use std::process::Command;

use anyhow::Result;

use crate::build;
use crate::cli::Language;
use crate::docs;
use crate::session::Session;
use crate::stubs;
use crate::tally::Tally;
use crate::toolchain::{Python, deny};

/// Crates that `cargo build` leaves alone, with the language each needs and the features it is checked with.
const BINDINGS: [(&str, Option<Language>, &str); 4] = [
    ("kernel-bench", None, ""),
    ("kernel-client-python", Some(Language::Python), ""),
    ("kernel-client-node", Some(Language::Node), "panics"),
    ("kernel-client-swift", Some(Language::Swift), "bindgen"),
];

/// Where JavaScript stands beside the package of Node.
const SCRIPTS: [&str; 6] = [
    "tests/bench",
    "tests/browser",
    "tests/hosts/node",
    "tests/official",
    "tests/simulator/npm",
    "tests/stress",
];
/// What stands there beside JavaScript has a form of its own.
const PAGE: &str = "tests/simulator/page";

/// What is written for a shell, and for which.
const SHELL: [(&str, &str); 6] = [
    ("bash", ".ci/run"),
    ("sh", "bindings-swift/Scripts/xcframework.sh"),
    ("sh", "xtask/src/consumer/apple/cargo.sh"),
    ("sh", "xtask/src/consumer/apple/lipo.sh"),
    ("sh", "xtask/src/consumer/apple/xcodebuild.sh"),
    ("sh", "xtask/src/toolchain/swift-root.sh"),
];

pub(crate) fn run(session: &Session) -> Result<bool> {
    let built = build::everything(session)?;
    let mut tally = Tally::default();
    rust(session, &mut tally);
    if let Some(python) = &built.python {
        for (name, words) in [
            ("ruff check", &["ruff", "check", ".", "../tests"][..]),
            (
                "ruff format",
                &["ruff", "format", "--check", ".", "../tests"],
            ),
            ("mypy", &["mypy"]),
            ("pyright", &["pyright"]),
            (
                "stubtest",
                &[
                    "stubtest",
                    "--ignore-disjoint-bases",
                    "--allowlist",
                    "stubs/allowlist.txt",
                    "kernel_client",
                ],
            ),
            // Of the package as it is installed: anything less than all of it fails.
            (
                "types of all that is public",
                &[
                    "pyright",
                    "--verifytypes",
                    "kernel_client",
                    "--ignoreexternal",
                ],
            ),
        ] {
            let [program, arguments @ ..] = words else {
                continue;
            };
            let mut command = python.tools.command(session, program);
            check(
                session,
                &mut tally,
                &format!("python: {name}"),
                command.current_dir(&python.folder).args(arguments),
            );
        }
    }
    if let Some(python) = &built.python {
        workflows(session, &python.tools, &mut tally);
    }
    if let Some(node) = &built.node {
        check(
            session,
            &mut tally,
            "node: tsc",
            &mut node.tools.tool(session, "tsc"),
        );
        check(
            session,
            &mut tally,
            "node: biome",
            node.tools
                .tool(session, "biome")
                .args(["ci", "."])
                .args(scripts(session)),
        );
    }
    if let Some(swift) = &built.swift {
        check(
            session,
            &mut tally,
            "swift: format",
            &mut swift.format_lint(session),
        );
    }
    tally.check("stubs", stubs::check(session));
    if let Some(swift) = &built.swift {
        tally.check("swift: documentation", docs::check(session, swift.tools()));
    }
    shell(
        session,
        built.python.as_ref().map(|python| &python.tools),
        &mut tally,
    );

    for failure in tally.failures() {
        println!("  {failure}");
    }
    println!("\n{} passed, {} failed", tally.passed, tally.failed);
    Ok(tally.failed == 0)
}

/// The JavaScript of the tests, and that of the hosted page.
fn scripts(session: &Session) -> Vec<PathBuf> {
    let page = std::fs::read_dir(session.workspace.path(PAGE));
    let page = page
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path());
    let page = page.filter(|path| path.extension().is_some_and(|extension| extension == "js"));
    let tests = SCRIPTS.iter().map(|script| session.workspace.path(script));
    tests.chain(page).collect()
}

fn rust(session: &Session, tally: &mut Tally) {
    let cargo = || session.workspace.cargo();
    check(
        session,
        tally,
        "rust: format",
        cargo().args(["fmt", "--all", "--check"]),
    );
    let clippy = |tally: &mut Tally, name: &str, words: &[&str]| {
        let mut command = cargo();
        command
            .args(["clippy", "--locked", "--all-targets"])
            .args(words)
            .args(["--", "--deny", "warnings"]);
        check(
            session,
            tally,
            &format!("rust: clippy, {name}"),
            &mut command,
        );
    };
    clippy(tally, "what needs only Rust", &[]);
    clippy(
        tally,
        "the description",
        &["--package", "kernel-client", "--features", "describe"],
    );
    for (package, language, features) in BINDINGS {
        if language.is_none_or(|language| session.has(language)) {
            let name = format!("{package} {features}");
            clippy(
                tally,
                name.trim(),
                &["--package", package, "--features", features],
            );
        }
    }
    if session.has(Language::Python) {
        free_threaded(session, tally);
    }
    let mut doc = cargo();
    doc.env("RUSTDOCFLAGS", "--deny warnings")
        .args(["doc", "--locked", "--no-deps"]);
    check(session, tally, "rust: documentation", &mut doc);
    tally.check("rust: dependencies", deny::check(session));
}

/// An interpreter without a GIL, in pyo3's words: none is installed, and none is needed to check the sources for it.
const FREE_THREADED: &str = "implementation=CPython
version=3.14
shared=true
target_abi=CPython-free_threaded-3.14
pointer_width=64
build_flags=Py_GIL_DISABLED
suppress_build_script_link_lines=true
";

fn free_threaded(session: &Session, tally: &mut Tally) {
    let target = session.workspace.target();
    let described = target.join("log/free-threaded.txt");
    let written = std::fs::write(&described, FREE_THREADED);
    let mut command = session.workspace.cargo();
    command
        .args(["check", "--locked", "--package", "kernel-client-python"])
        // Apart, as the same sources come out otherwise.
        .arg("--target-dir")
        .arg(target.join("free-threaded"))
        .env("PYO3_CONFIG_FILE", described);
    let name = "rust: check, kernel-client-python without a GIL";
    let outcome = written.map_err(anyhow::Error::from);
    tally.check(
        name,
        outcome.and_then(|()| session.steps.run(name, &mut command)),
    );
}

/// The workflows of the runners, of which nothing can be run here.
fn workflows(session: &Session, tools: &Python, tally: &mut Tally) {
    const FOLDER: &str = ".github/workflows";
    let files = std::fs::read_dir(session.workspace.path(FOLDER));
    let files = files.into_iter().flatten().flatten();
    let mut schema = tools.command(session, "check-jsonschema");
    schema
        .args(["--builtin-schema", "vendor.github-workflows"])
        .args(files.map(|entry| entry.path()));
    check(session, tally, "workflows: schema", &mut schema);
    let mut safety = tools.command(session, "zizmor");
    safety.args(["--offline", "--no-progress", "--persona=pedantic", FOLDER]);
    check(session, tally, "workflows: safety", &mut safety);
}

fn shell(session: &Session, tools: Option<&Python>, tally: &mut Tally) {
    for (shell, file) in SHELL {
        check(
            session,
            tally,
            &format!("shell: {file}"),
            session.workspace.command(shell).args(["-n", file]),
        );
    }
    if let Some(tools) = tools {
        let mut command = tools.command(session, "shellcheck");
        command.args(SHELL.map(|(_, file)| file));
        check(session, tally, "shell: shellcheck", &mut command);
    }
}

fn check(session: &Session, tally: &mut Tally, name: &str, command: &mut Command) {
    tally.check(name, session.steps.run(name, command));
}
