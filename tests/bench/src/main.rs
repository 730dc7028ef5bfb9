//! What a login costs: `kernel-bench client|reqwest|reqwest-fewest IN_FLIGHT CALLS`.
//!
//! Logs in `CALLS` times at `KERNEL_BASE_URL`, `IN_FLIGHT` at once, and prints the CPU and the wall time of one login in
//! microseconds. `client` is this project's crate, `reqwest` the HTTP client under it with nothing around it, and
//! `reqwest-fewest` the same with no header that it could do without.
#![expect(
    clippy::print_stdout,
    reason = "a program whose output is a measurement"
)]

mod bare;
mod client;
mod measure;

use anyhow::{Context as _, Result, bail};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    let mut arguments = std::env::args().skip(1);
    let (Some(subject), Some(in_flight), Some(calls), None) = (
        arguments.next(),
        arguments.next(),
        arguments.next(),
        arguments.next(),
    ) else {
        bail!("usage: kernel-bench client|reqwest|reqwest-fewest IN_FLIGHT CALLS");
    };
    let in_flight: usize = in_flight.parse().context("IN_FLIGHT is a number")?;
    let calls: usize = calls.parse().context("CALLS is a number")?;
    let cost = match subject.as_str() {
        "client" => {
            let client = client::connect()?;
            measure::run(in_flight, calls, move || client::login(client.clone())).await?
        }
        "reqwest" | "reqwest-fewest" => {
            let bare = bare::connect(subject == "reqwest")?;
            measure::run(in_flight, calls, move || bare::login(bare.clone())).await?
        }
        other => bail!("`{other}` is not measured here"),
    };
    println!("{cost}");
    Ok(())
}
