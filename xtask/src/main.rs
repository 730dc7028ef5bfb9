//! The commands of a contributor's day. `cargo xtask --help` lists them.
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a program for a terminal: results on stdout, progress on stderr"
)]

mod bench;
mod build;
mod cli;
mod consumer;
mod demo;
mod docs;
mod examples;
mod lint;
mod package;
mod readme;
mod scenarios;
mod session;
mod simulator;
mod step;
mod stubs;
mod suites;
mod table;
mod tally;
mod test;
mod toolchain;
mod workspace;

use std::process::ExitCode;

fn main() -> ExitCode {
    let invocation = match cli::parse(std::env::args().skip(1)) {
        Ok(Some(invocation)) => invocation,
        Ok(None) => {
            println!("{}", cli::HELP);
            return ExitCode::SUCCESS;
        }
        Err(error) => {
            eprintln!("error: {error:#}\n\n{}", cli::HELP);
            return ExitCode::from(2);
        }
    };
    match session::run(&invocation) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}
