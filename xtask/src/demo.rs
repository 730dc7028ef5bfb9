//! `cargo xtask demo`: one login from every language, and one that fails.

use std::fmt::Write as _;

use anyhow::Result;

use crate::build;
use crate::examples::{self, Example};
use crate::session::Session;
use crate::simulator::Simulator;
use crate::table;

/// A connection that waits for a login, and one that is not there.
const CONNECTION: &str = "ma_login";
const NO_CONNECTION: &str = "ma_unknown";

pub(crate) fn run(session: &Session) -> Result<bool> {
    let built = build::everything(session)?;
    let simulator = Simulator::start(session.workspace.command(&built.rust.simulator))?;
    session.steps.say(&format!(
        "  the Kernel API is simulated at {}",
        simulator.address()
    ));
    let examples = examples::all(session, &built);

    let mut ok = true;
    let head = ["language", "flow type", "hosted URL", "expires", "time"];
    let mut rows = vec![head.map(str::to_owned).to_vec()];
    let mut errors = String::new();
    for example in &examples {
        let name = format!("{}: login", example.language.to_lowercase());
        match session.steps.task(&name, |_| login(example, &simulator)) {
            Ok((row, error)) => {
                rows.push(row);
                let _ = writeln!(errors, "\n  {}", example.language);
                for line in error.lines() {
                    let _ = writeln!(errors, "    {line}");
                }
            }
            Err(_) => ok = false,
        }
    }
    println!("\nOne login, in every language (time: the whole program, from start to end)\n");
    println!("{}", table::layout(&rows));
    println!("\nThe same call for a connection that does not exist, as each language shows it");
    println!("{errors}");
    Ok(ok)
}

/// The row of a login that works, and the text of one that does not.
fn login(example: &Example<'_>, simulator: &Simulator) -> Result<(Vec<String>, String)> {
    let run = example.run(simulator, CONNECTION, &[])?;
    let [_, flow_type, hosted_url, expires, _] = run.login()?;
    let time = format!("{} ms", run.took.as_millis());
    let row = [example.language, flow_type, hosted_url, expires, &time]
        .map(str::to_owned)
        .to_vec();
    let failed = example.run(simulator, NO_CONNECTION, &[])?;
    anyhow::ensure!(
        !failed.succeeded,
        "a login to `{NO_CONNECTION}` did not fail"
    );
    anyhow::ensure!(
        !failed.stderr.trim().is_empty(),
        "a failed login printed no error"
    );
    Ok((row, failed.stderr.trim().to_owned()))
}
