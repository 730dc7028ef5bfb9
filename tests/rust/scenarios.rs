//! Runs every scenario against the Rust client. `tests/README.md` says what a runner does.
#![allow(clippy::print_stdout, reason = "the report is what a runner is for")]

mod actor;
mod calls;
mod compiler;
mod flow;
mod given;

use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::Result;
use kernel_client_tests::{Control, Expect, File, Seen, World, load, mutations};
use serde_json::{Value, json};

use tokio::task::JoinSet;

use actor::{Act, VARIABLES};

/// How many scenarios run at the same time: most of their time they wait.
const AT_ONCE: usize = 8;

fn main() -> Result<ExitCode> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let child = arguments.iter().any(|argument| argument == actor::CHILD);
    if !child
        && VARIABLES
            .iter()
            .any(|name| std::env::var_os(name).is_some())
    {
        // The contributor's own settings are none of the scenarios'.
        let mut clean = Command::new(std::env::current_exe()?);
        for name in VARIABLES {
            clean.env_remove(name);
        }
        let status = clean.args(arguments).status()?;
        return Ok(if status.success() {
            ExitCode::SUCCESS
        } else {
            ExitCode::FAILURE
        });
    }
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()?;
    if child {
        runtime.block_on(actor::child())?;
        return Ok(ExitCode::SUCCESS);
    }
    let filter = arguments
        .into_iter()
        .find(|argument| !argument.starts_with('-'))
        .unwrap_or_default();
    let failed = runtime.block_on(run(&filter))?;
    Ok(if failed == 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// Runs the scenarios whose name has `filter` in it; how many failed.
async fn run(filter: &str) -> Result<usize> {
    let home = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folder =
        std::env::var_os("KERNEL_SCENARIOS").map_or_else(|| home.join("scenarios"), PathBuf::from);
    let mut files = load(&folder)?;
    files.retain(|file| file.name.contains(filter));

    let (compiled, run): (Vec<_>, Vec<_>) = files
        .into_iter()
        .partition(|file| file.parsed().compile_time.is_some());
    let mut report = Report::new()?;
    if !run.is_empty() {
        let control = Arc::new(Control::connect().await?);
        let mut waiting = run.into_iter();
        let mut running = JoinSet::new();
        loop {
            while running.len() < AT_ONCE
                && let Some(file) = waiting.next()
            {
                let control = Arc::clone(&control);
                running.spawn(async move {
                    let started = Instant::now();
                    let notes = match scenario(&control, &file).await {
                        Ok(notes) => notes,
                        Err(error) => vec![format!("{error:#}")],
                    };
                    (file.name, notes, started.elapsed())
                });
            }
            let Some(done) = running.join_next().await else {
                break;
            };
            let (name, notes, took) = done?;
            report.add(&name, &notes, took)?;
        }
    }
    if !compiled.is_empty() {
        let started = Instant::now();
        let notes = compiler::prove(&compiled)?;
        for file in &compiled {
            let notes = notes.get(&file.name).map_or(&[][..], Vec::as_slice);
            report.add(
                &file.name,
                notes,
                started.elapsed() / u32::try_from(compiled.len())?,
            )?;
        }
    }
    println!("{} passed, {} failed", report.passed, report.failed);
    Ok(report.failed)
}

/// What is not as the scenario expects, one sentence each.
async fn scenario(control: &Control, file: &File) -> Result<Vec<String>> {
    let mut variables = BTreeMap::new();
    let mut worlds: Vec<World> = Vec::new();
    for (name, spec) in [
        ("refused", json!({ "listen": false })),
        ("other", json!({})),
    ] {
        if file.uses(name) {
            let other = control.open(&spec).await?;
            variables.insert(name, other.base_url.clone());
            worlds.push(other);
        }
    }
    let world = control
        .open(&Value::Object(file.scenario(&variables)?.world))
        .await?;
    variables.insert("base_url", world.base_url.clone());
    variables.extend(world.ca.clone().map(|ca| ("ca", ca)));
    let scenario = file.scenario(&variables)?;
    let mut client = scenario.client;
    client.entry("api_key").or_insert_with(|| "sk_test".into());
    client
        .entry("base_url")
        .or_insert_with(|| world.base_url.clone().into());
    client.retain(|_, value| value != "$unset");
    let act = Act {
        client,
        with_options: scenario.with_options,
        before: scenario.before,
        session: scenario.session,
        call: scenario.call,
        repeat: scenario.repeat,
        cancel: scenario.cancel,
    };
    let seen: Seen = if scenario.env.is_empty() {
        act.run(Some(&world)).await?
    } else {
        tokio::task::block_in_place(|| act.run_in_child(&scenario.env))?
    };
    let record = match scenario.expect.aborted {
        Some(count) => world.wait(&format!("wait_aborted={count}")).await?,
        None => world.record().await?,
    };
    let expected = file.expected(&variables, &seen.before)?;
    let expect: Expect = serde_json::from_value(expected.clone())?;
    let mut found = expect.differences(&seen, &record, "rust");
    if found.is_empty() {
        let known = format!("{record} {}", Value::Object(act.client));
        for secret in &expect.never_printed {
            if !file.tells(secret) && !known.contains(secret.as_str()) {
                found.push(format!("never_printed: {secret:?} is nowhere to be hidden"));
            }
        }
        for (place, wrong) in mutations(&expected, "rust")? {
            if wrong.differences(&seen, &record, "rust").is_empty() {
                found.push(format!("expect{place} may as well be something else"));
            }
        }
    }
    for world in worlds.into_iter().chain([world]) {
        world.close().await?;
    }
    Ok(found)
}

/// What is printed, and written down for the matrix of all languages.
struct Report {
    results: Option<std::fs::File>,
    passed: usize,
    failed: usize,
}

impl Report {
    fn new() -> Result<Self> {
        let results = std::env::var_os("KERNEL_RESULTS")
            .map(|path| {
                std::fs::File::options()
                    .create(true)
                    .append(true)
                    .open(path)
            })
            .transpose()?;
        Ok(Self {
            results,
            passed: 0,
            failed: 0,
        })
    }

    fn add(&mut self, name: &str, notes: &[String], took: Duration) -> Result<()> {
        let ok = notes.is_empty();
        *if ok {
            &mut self.passed
        } else {
            &mut self.failed
        } += 1;
        if !ok {
            println!("{name}: {}", notes.join("\n    "));
        }
        if let Some(results) = &mut self.results {
            let line = json!({
                "scenario": name,
                "language": "rust",
                "ok": ok,
                "note": notes.join("; "),
                "ms": u64::try_from(took.as_millis())?,
            });
            writeln!(results, "{line}")?;
        }
        Ok(())
    }
}
