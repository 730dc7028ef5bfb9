//! The simulator as a program.

use std::io::{self, Write};
use std::net::IpAddr;
use std::process::ExitCode;
use std::sync::Arc;

use kernel_simulator::{Failure, Options, Simulator};

const HELP: &str = "\
The Kernel API for managed auth on this machine: a real HTTP server with the API's answers, scripted logins and a
hosted login page, for demos and for tests of programs that use the API.

Usage: kernel-simulator [--port PORT] [--host HOST] [--scenario FILE] [--log]

  --port PORT       the port to listen on; 0, the default, takes a free one
  --host HOST       the loopback address to listen on; 127.0.0.1 by default
  --scenario FILE   the world to be, as JSON: connections, scripts of logins, faults, clock. Without it the
                    connections below exist
  --log             a line for each request and each state of a login on standard error
  --scripts         print the scripts that come along, one name a line
  --script NAME     print one of them
  --version         print the version
  --help            print this text

The first line of standard output is the address. The simulator stops when its standard input closes
(Ctrl-D in a terminal).

Try it, with the address that was printed, and open the hosted_url of the answer in a browser:
  curl -X POST -H 'Authorization: Bearer sk_test' ADDRESS/auth/connections/ma_mfa_code/login

API keys       sk_test may do everything, sk_readonly may read, any other is refused
Connections    ma_login    a login of it is over at once
               ma_reauth   the same, with stored credentials
               ma_busy     a login is already in progress (409)
               ma_NAME     one for each script: ma_password, ma_mfa_code, ma_sso, ...
               Others are made by POST /auth/connections; their logins run the script 'password'.
What to enter  user@example.com, secret, 123456

A scenario is the body of POST ADDRESS/_simulator/worlds, which opens further worlds on ports of their own. A small one:
  {\"script\": \"mfa_choice\", \"faults\": [{\"on\": \"retrieve\", \"status\": 503}]}
GET ADDRESS/_simulator/worlds/default shows what was received, POST ADDRESS/_simulator/worlds/default/clock moves the
clock. The README beside the sources has the details.
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
            "--scenario" => {
                let file = value()?;
                let world = std::fs::read_to_string(&file)
                    .map_err(|error| format!("--scenario: {file}: {error}"))?;
                options.world = Some(world);
            }
            "--scripts" => {
                let names = kernel_simulator::scripts().map(|(name, _)| format!("{name}\n"));
                return Ok(Command::Print(names.collect()));
            }
            "--script" => {
                let wanted = value()?;
                let mut scripts = kernel_simulator::scripts();
                let (_, text) = scripts.find(|(name, _)| *name == wanted).ok_or_else(|| {
                    format!("--script: there is no script {wanted:?}; see --scripts")
                })?;
                return Ok(Command::Print(text.to_owned()));
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
