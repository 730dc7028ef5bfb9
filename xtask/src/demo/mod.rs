//! `cargo xtask demo`: a connection is made and signed in from every language; or by a person, in a browser.

mod page;
mod scene;

use std::fmt::Write as _;

use anyhow::{Result, ensure};

use crate::build;
use crate::examples::{self, Example, Kind};
use crate::session::Session;
use crate::simulator::Simulator;
use crate::table;

pub(crate) use page::run as run_in_browser;
pub(crate) use scene::{ANSWERS, PASSWORD, simulator};

pub(crate) fn run(session: &Session) -> Result<bool> {
    let built = build::everything(session)?;
    let simulator = simulator(session, &built.rust)?;
    session.steps.say(&format!(
        "  the Kernel API is simulated at {}",
        simulator.address()
    ));

    let mut ok = true;
    let head = ["language", "asked for", "status", "arrived at", "time"];
    let mut rows = vec![head.map(str::to_owned).to_vec()];
    let mut transcripts = String::new();
    let mut errors = String::new();
    for example in &examples::all(session, &built, Kind::SignIn) {
        let name = format!("{}: sign in", example.language.to_lowercase());
        match session.steps.task(&name, |_| sign_in(example, &simulator)) {
            Ok(shown) => {
                rows.push(shown.row);
                paragraph(&mut transcripts, example.language, &shown.transcript);
                paragraph(&mut errors, example.language, &shown.error);
            }
            Err(_) => ok = false,
        }
    }
    println!(
        "\nWhat each program says: it makes a connection, starts the login, and its handler answers\n"
    );
    println!("{transcripts}");
    println!("The same in short (time: the whole program, from start to end)\n");
    println!("{}", table::layout(&rows));
    println!("\nWith a wrong password, as each language shows it\n");
    println!("{errors}");
    Ok(ok)
}

struct Shown {
    row: Vec<String>,
    transcript: String,
    error: String,
}

/// A sign-in that works, and one with a wrong password.
fn sign_in(example: &Example<'_>, simulator: &Simulator) -> Result<Shown> {
    let profile = example.slug();
    let words = ["example.com", &profile];
    let run = example.run(simulator, &words, ANSWERS, &[])?;
    let signed_in = run.signed_in()?;
    let row = vec![
        example.language.to_owned(),
        signed_in.asked.join(", "),
        signed_in.status.to_owned(),
        signed_in.arrived_at.to_owned(),
        format!("{} ms", run.took.as_millis()),
    ];
    let failed = example.run(
        simulator,
        &["example.org", &profile],
        scene::WRONG_ANSWERS,
        &[],
    )?;
    ensure!(!failed.succeeded, "a wrong password did not fail");
    ensure!(
        failed.stderr.contains("The login failed"),
        "a wrong password ended with {:?}",
        failed.stderr
    );
    Ok(Shown {
        row,
        transcript: run.stdout,
        error: failed.stderr,
    })
}

fn paragraph(text: &mut String, head: &str, body: &str) {
    let _ = writeln!(text, "  {head}");
    for line in body.trim().lines() {
        let _ = writeln!(text, "    {line}");
    }
    let _ = writeln!(text);
}
