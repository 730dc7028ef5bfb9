//! The simulator as a program.

use std::io::{self, Write};
use std::net::IpAddr;
use std::process::ExitCode;
use std::sync::Arc;

use kernel_simulator::{Failure, Options, Simulator};

const HELP: &str = "\
The Kernel API on this machine: a real HTTP server with the API's answers, for demos and tests.

Usage: kernel-simulator [--port PORT] [--host HOST] [--log]

  --port PORT   the port to listen on; 0, the default, takes a free one
  --host HOST   the loopback address to listen on; 127.0.0.1 by default
  --log         a line for each request on standard error
  --version     print the version
  --help        print this text

The first line of standard output is the address. The simulator stops when its standard input closes
(Ctrl-D in a terminal).

Try it, with the address that was printed:
  curl -X POST -H 'Authorization: Bearer sk_test' ADDRESS/auth/connections/ma_login/login

API keys       sk_test is accepted, sk_readonly is forbidden, any other is refused
Connections    ma_login    a person logs in on the hosted page
               ma_reauth   stored credentials log in by themselves
               ma_busy     a login is already in progress (409)
               any other   does not exist (404)

Scripted faults and a record of requests: POST ADDRESS/_simulator/worlds opens a world on a port of its own,
GET ADDRESS/_simulator/worlds/ID shows what it received. The README beside the sources has the details.
";

enum Command {
    Serve(Options),
    Print(String),
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let outcome = match command(std::env::args().skip(1)) {
        Ok(Command::Print(text)) => say(&mut io::stdout(), &text).map_err(Failure::from),
        Ok(Command::Serve(options)) => serve(options).await,
        Err(error) => Err(error),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // Nothing is left to tell when standard error is gone.
            let _ = say(&mut io::stderr(), &format!("kernel-simulator: {error}\n"));
            ExitCode::FAILURE
        }
    }
}

async fn serve(options: Options) -> Result<(), Failure> {
    let simulator = Simulator::start_with(options).await?;
    say(&mut io::stdout(), &format!("{}\n", simulator.address()))?;
    // The simulator has its own thread; this one only waits for the end of the input.
    io::copy(&mut io::stdin(), &mut io::sink())?;
    Ok(())
}

fn command(mut args: impl Iterator<Item = String>) -> Result<Command, Failure> {
    let mut options = Options::default();
    while let Some(arg) = args.next() {
        let (name, inline) = match arg.split_once('=') {
            Some((name, value)) => (name.to_owned(), Some(value.to_owned())),
            None => (arg, None),
        };
        let mut value = || {
            inline
                .clone()
                .or_else(|| args.next())
                .ok_or_else(|| format!("{name} needs a value; see --help"))
        };
        match name.as_str() {
            "--port" => {
                let port = value()?;
                options.port = port
                    .parse()
                    .map_err(|_| format!("--port: {port:?} is not a port (0 to 65535)"))?;
            }
            "--host" => {
                let host = value()?;
                options.host = host.parse::<IpAddr>().map_err(|_| {
                    format!("--host: {host:?} is not an address, such as 127.0.0.1")
                })?;
            }
            "--log" => {
                options.log = Some(Arc::new(|line| {
                    // A log that cannot be written must not stop the simulator.
                    let _ = say(&mut io::stderr(), &format!("{line}\n"));
                }));
            }
            "--help" | "-h" => return Ok(Command::Print(HELP.to_owned())),
            "--version" | "-V" => {
                return Ok(Command::Print(format!(
                    "kernel-simulator {}\n",
                    env!("CARGO_PKG_VERSION")
                )));
            }
            _ => return Err(format!("{name} is not an option; see --help").into()),
        }
    }
    Ok(Command::Serve(options))
}

fn say(out: &mut impl Write, text: &str) -> io::Result<()> {
    out.write_all(text.as_bytes())?;
    out.flush()
}
