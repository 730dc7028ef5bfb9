//! `cargo xtask demo --browser`: a program waits while a person signs in at the hosted page.

use std::io::{BufRead as _, BufReader};
use std::process::Stdio;

use anyhow::{Context as _, Result};

use super::scene;
use crate::build;
use crate::examples::Kind;
use crate::session::Session;
use crate::workspace::which;

/// Needs nothing but Rust. Ctrl-C reaches the program and the simulator as well, and ends all three.
pub(crate) fn run(session: &Session) -> Result<bool> {
    let programs = build::rust(session)?;
    let simulator = scene::simulator_for_people(session, &programs)?;
    let mut program = session
        .workspace
        .command(programs.example(Kind::SignIn))
        .args(["--page", "example.com", "alice"])
        .envs(simulator.environment())
        .stdout(Stdio::piped())
        .spawn()
        .context("cannot start the program")?;
    let said = program.stdout.take().context("the program has no output")?;
    for line in BufReader::new(said).lines() {
        let line = line?;
        println!("  {line}");
        if let Some(url) = line.strip_prefix("page: ") {
            println!(
                "\n  Sign in there as {}, password {}, code {}. Ctrl-C gives up.\n",
                scene::EMAIL,
                scene::PASSWORD,
                scene::CODE
            );
            open(session, url);
        }
    }
    Ok(program.wait()?.success())
}

/// Shows a page, where there is a screen and a program that knows the browser. The address was printed anyway.
fn open(session: &Session, url: &str) {
    let has_screen = cfg!(target_os = "macos")
        || ["DISPLAY", "WAYLAND_DISPLAY"]
            .iter()
            .any(|name| std::env::var_os(name).is_some());
    let opener = ["xdg-open", "open"].into_iter().find_map(which);
    if let (true, Some(opener)) = (has_screen, opener) {
        let shown = session
            .workspace
            .command(opener)
            .arg(url)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn();
        if let Err(error) = shown {
            println!("  (cannot open a browser: {error})");
        }
    }
}
