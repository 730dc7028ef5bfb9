//! All scenarios in all languages: the runners, and the matrix of what they say.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context as _, Result, bail};
use serde_json::Value;

use crate::build::Built;
use crate::session::Session;
use crate::simulator::Simulator;
use crate::table;
use crate::tally::Tally;

/// The languages as the runners call themselves.
const RUST: &str = "rust";
const PYTHON: &str = "python";
const PYTHON_ASYNCIO: &str = "python-asyncio";
const NODE: &str = "node";
const SWIFT: &str = "swift";

/// Where the runners say what they found, a JSON object a line.
pub(crate) struct Results {
    file: PathBuf,
}

impl Results {
    pub(crate) fn new(session: &Session) -> Result<Self> {
        let file = session.workspace.path("target/log/scenarios.jsonl");
        std::fs::write(&file, "").with_context(|| format!("cannot write {}", file.display()))?;
        Ok(Self { file })
    }

    /// Points a runner at the simulator, the scenarios and this file.
    pub(crate) fn aim(&self, session: &Session, simulator: &Simulator, command: &mut Command) {
        command
            .env("KERNEL_SIMULATOR", simulator.address())
            .env(
                "KERNEL_SCENARIOS",
                session.workspace.path("tests/scenarios"),
            )
            .env("KERNEL_RESULTS", &self.file);
    }
}

/// Runs the runners of Python and Node; those of Rust and Swift are part of their own tests. Hands back the
/// languages whose runner did not end well.
pub(crate) fn run(
    session: &Session,
    built: &Built,
    simulator: &Simulator,
    results: &Results,
) -> Vec<&'static str> {
    let mut runners = Vec::new();
    if let Some(python) = &built.python {
        for (language, mode) in [(PYTHON, "sync"), (PYTHON_ASYNCIO, "asyncio")] {
            let mut command = python.command(session);
            command.args(["tests/scenarios.py", "--mode", mode]);
            runners.push((language, command));
        }
    }
    if let Some(node) = &built.node {
        let mut command = node.tools.command(session);
        command.arg("test/scenarios.mjs");
        runners.push((NODE, command));
    }
    let mut broken = Vec::new();
    for (language, mut command) in runners {
        results.aim(session, simulator, &mut command);
        if session
            .steps
            .run(&format!("{language}: scenarios"), &mut command)
            .is_err()
        {
            broken.push(language);
        }
    }
    broken
}

/// The matrix, scenario by language, with each of its cells counted.
pub(crate) fn matrix(
    session: &Session,
    built: &Built,
    results: &Results,
    broken: &[&str],
    tally: &mut Tally,
) -> Result<String> {
    let languages: Vec<&str> = [
        (RUST, true),
        (PYTHON, built.python.is_some()),
        (PYTHON_ASYNCIO, built.python.is_some()),
        (NODE, built.node.is_some()),
        (SWIFT, built.swift.is_some()),
    ]
    .into_iter()
    .filter_map(|(language, takes_part)| takes_part.then_some(language))
    .collect();
    let said = read(&std::fs::read_to_string(&results.file)?)?;
    let scenarios = names(session)?;

    let mut rows = vec![
        std::iter::once("scenario")
            .chain(languages.iter().copied())
            .map(str::to_owned)
            .collect(),
    ];
    for scenario in &scenarios {
        let mut row: Vec<String> = vec![scenario.clone()];
        for language in &languages {
            let cell = match said.get(&(scenario.clone(), (*language).to_owned())) {
                Some(Said { ok: true, .. }) => {
                    tally.passed += 1;
                    "ok"
                }
                Some(Said { note, .. }) => {
                    tally.fail(format!("scenario {scenario} in {language}: {note}"));
                    "FAILED"
                }
                None => {
                    tally.fail(format!("scenario {scenario} in {language}: it did not run"));
                    "MISSING"
                }
            };
            row.push(cell.to_owned());
        }
        rows.push(row);
    }
    for (scenario, language) in said.keys() {
        if !scenarios.contains(scenario) || !languages.contains(&language.as_str()) {
            tally.fail(format!(
                "scenario {scenario} in {language}: ran, but there is no such scenario or language"
            ));
        }
    }
    for language in broken {
        let shown = said
            .iter()
            .any(|((_, of), said)| of == language && !said.ok)
            || scenarios
                .iter()
                .any(|scenario| !said.contains_key(&(scenario.clone(), (*language).to_owned())));
        if !shown {
            tally.fail(format!(
                "scenarios in {language}: each held, but the runner did not end well"
            ));
        }
    }
    let total = format!(
        "  {} scenarios x {} languages = {}",
        scenarios.len(),
        languages.len(),
        scenarios.len() * languages.len()
    );
    Ok(format!("{}\n{total}", table::layout(&rows)))
}

/// The scenarios of the repository: one a file, named as the file.
fn names(session: &Session) -> Result<BTreeSet<String>> {
    let mut names = BTreeSet::new();
    for entry in std::fs::read_dir(session.workspace.path("tests/scenarios"))
        .context("no tests/scenarios")?
    {
        let path = entry?.path();
        if path
            .extension()
            .is_some_and(|extension| extension == "json")
        {
            let stem = path.file_stem().context("a scenario without a name")?;
            names.insert(stem.to_string_lossy().into_owned());
        }
    }
    if names.is_empty() {
        bail!("there is not one scenario in tests/scenarios");
    }
    Ok(names)
}

struct Said {
    ok: bool,
    note: String,
}

/// What the runners wrote. A scenario that one language ran twice holds only if it held both times.
fn read(lines: &str) -> Result<BTreeMap<(String, String), Said>> {
    let mut said: BTreeMap<(String, String), Said> = BTreeMap::new();
    for line in lines.lines().filter(|line| !line.trim().is_empty()) {
        let result: Value =
            serde_json::from_str(line).with_context(|| format!("a runner wrote {line:?}"))?;
        let text = |name| result.get(name).and_then(Value::as_str).map(str::to_owned);
        let (Some(scenario), Some(language), Some(ok)) = (
            text("scenario"),
            text("language"),
            result.get("ok").and_then(Value::as_bool),
        ) else {
            bail!("a runner wrote {line:?}, without scenario, language or ok");
        };
        let now = Said {
            ok,
            note: text("note").unwrap_or_default(),
        };
        match said.entry((scenario, language)) {
            std::collections::btree_map::Entry::Vacant(free) => {
                free.insert(now);
            }
            std::collections::btree_map::Entry::Occupied(mut before) => {
                if !now.ok {
                    before.insert(now);
                }
            }
        }
    }
    Ok(said)
}

#[cfg(test)]
mod tests {
    use super::read;

    #[test]
    fn a_failure_is_not_forgotten() {
        let lines = r#"
            {"scenario": "a", "language": "rust", "ok": true}
            {"scenario": "a", "language": "node", "ok": false, "note": "no"}
            {"scenario": "a", "language": "node", "ok": true}
        "#;
        let said = read(lines).unwrap();
        assert!(said[&("a".to_owned(), "rust".to_owned())].ok);
        assert_eq!(said[&("a".to_owned(), "node".to_owned())].note, "no");
    }

    #[test]
    fn half_a_line_is_an_error() {
        assert!(read(r#"{"scenario": "a", "langu"#).is_err());
        assert!(read(r#"{"scenario": "a", "ok": true}"#).is_err());
    }
}
