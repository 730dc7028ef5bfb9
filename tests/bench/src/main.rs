//! What a call costs: `kernel-bench client|threads|reqwest|reqwest-fewest login|page|events IN_FLIGHT CALLS`.
//!
//! Makes `CALLS` calls at `KERNEL_BASE_URL`, `IN_FLIGHT` at once, and prints the CPU and the wall time in microseconds of
//! one login, one page of 100 connections or one event of a stream. `client` is this project's crate on the thread that
//! reads its sockets, `threads` the same as `#[tokio::main]` has it: awaited on the main thread, read on another.
//! `reqwest` is the HTTP client under the crate with nothing around it, and `reqwest-fewest` the same with no header
//! that it could do without. The subject `first` is the first login of a process, told as soon as it is there; `empty`
//! is no call at all.
#![expect(
    clippy::print_stdout,
    reason = "a program whose output is a measurement"
)]

mod bare;
mod client;
mod measure;
mod subject;

use std::num::NonZeroUsize;

use anyhow::{Context as _, Result, bail};

use subject::Subject;
use tokio::runtime::Builder;

const USAGE: &str =
    "usage: kernel-bench client|threads|reqwest|reqwest-fewest login|page|events IN_FLIGHT CALLS";

fn main() -> Result<()> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let mut runtime = match words.first().map(String::as_str) {
        Some("threads") => Builder::new_multi_thread(),
        _ => Builder::new_current_thread(),
    };
    runtime.enable_all().build()?.block_on(run(&words))
}

async fn run(words: &[String]) -> Result<()> {
    let [caller, subject, in_flight, calls] = words else {
        bail!(USAGE);
    };
    if matches!(subject.as_str(), "first" | "empty") {
        if subject == "first" {
            client::call(client::connect()?, Subject::Login).await?;
        }
        println!("{}", measure::so_far());
        return Ok(());
    }
    let subject = Subject::named(subject).context(USAGE)?;
    let in_flight: NonZeroUsize = in_flight.parse().context("IN_FLIGHT is 1 or more")?;
    let calls: usize = calls.parse().context("CALLS is a number")?;
    let cost = match caller.as_str() {
        "client" | "threads" => {
            let client = client::connect()?;
            let call = move || client::call(client.clone(), subject);
            measure::run(in_flight.get(), calls, call).await?
        }
        "reqwest" | "reqwest-fewest" => {
            let bare = bare::connect(caller == "reqwest")?;
            let call = move || bare::call(bare.clone(), subject);
            measure::run(in_flight.get(), calls, call).await?
        }
        _ => bail!(USAGE),
    };
    println!("{cost}");
    Ok(())
}
