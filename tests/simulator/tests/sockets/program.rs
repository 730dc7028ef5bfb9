//! The simulator as a program of its own.

use std::io::{BufRead, BufReader, Read};
use std::process::{Child, ChildStdout, Command, Output, Stdio};

use crate::client::{Client, LOGIN, call};

fn program(args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_kernel-simulator"));
    command
        .args(args)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

fn run(args: &[&str]) -> (i32, String, String) {
    let Output {
        status,
        stdout,
        stderr,
    } = program(args).output().unwrap();
    (
        status.code().unwrap(),
        String::from_utf8(stdout).unwrap(),
        String::from_utf8(stderr).unwrap(),
    )
}

fn serving(args: &[&str]) -> (Child, String, BufReader<ChildStdout>) {
    let mut child = program(args).spawn().unwrap();
    let mut out = BufReader::new(child.stdout.take().unwrap());
    let mut line = String::new();
    out.read_line(&mut line).unwrap();
    (child, line.strip_suffix('\n').unwrap().to_owned(), out)
}

#[test]
fn it_serves_until_its_input_ends() {
    let (mut child, address, mut out) = serving(&["--port", "0"]);
    let port = address.strip_prefix("http://127.0.0.1:").unwrap();
    assert!(port.parse::<u16>().unwrap() > 0);
    let mut client = Client::connect(&address);
    assert_eq!(client.login().status, 200);

    drop(child.stdin.take());
    assert!(child.wait().unwrap().success());
    assert_eq!(client.rest().0, b"");
    let mut rest = String::new();
    out.read_to_string(&mut rest).unwrap();
    assert_eq!(rest, "", "nothing but the address on standard output");
}

#[test]
fn it_takes_the_port_and_host_it_is_given() {
    let (mut first, address, _) = serving(&["--host=127.0.0.2"]);
    let port = address.strip_prefix("http://127.0.0.2:").unwrap();
    let (code, _, stderr) = run(&["--host", "127.0.0.2", "--port", port]);
    assert!(
        code == 1 && stderr.contains("Address already in use"),
        "{stderr}"
    );
    drop(first.stdin.take());
    first.wait().unwrap();
    let (mut again, same, _) = serving(&["--host", "127.0.0.2", "--port", port]);
    assert_eq!(same, address);
    drop(again.stdin.take());
    again.wait().unwrap();
}

#[test]
fn its_log_has_a_line_for_each_request_and_each_state() {
    let (mut child, address, _) = serving(&["--log"]);
    call(
        &address,
        "POST",
        &format!("{LOGIN}?a=1"),
        &["authorization: Bearer sk_test"],
        b"",
    );
    call(&address, "GET", "/nowhere", &[], b"");
    drop(child.stdin.take());
    let mut log = String::new();
    child
        .stderr
        .take()
        .unwrap()
        .read_to_string(&mut log)
        .unwrap();
    child.wait().unwrap();
    assert_eq!(
        log,
        format!(
            "default ma_busy: DISCOVERING\n\
             default ma_login: SUCCESS\n\
             default POST {LOGIN}?a=1 -> 200 OK\n\
             default GET /nowhere -> 404 Not Found\n"
        ),
    );
}

#[test]
fn it_is_quiet_without_a_log() {
    let (mut child, address, _) = serving(&[]);
    call(&address, "GET", "/nowhere", &[], b"");
    drop(child.stdin.take());
    let mut log = String::new();
    child
        .stderr
        .take()
        .unwrap()
        .read_to_string(&mut log)
        .unwrap();
    assert!(child.wait().unwrap().success() && log.is_empty(), "{log}");
}

#[test]
fn it_is_the_world_of_a_scenario() {
    let file = std::env::temp_dir().join(format!("kernel-simulator-{}.json", std::process::id()));
    let world = r#"{"connections": [{"id": "ma_shop", "script": "password"}], "faults": [{"status": 503}]}"#;
    std::fs::write(&file, world).unwrap();
    let (mut child, address, _) = serving(&["--scenario", file.to_str().unwrap()]);
    let get = |id: &str| {
        let path = format!("/auth/connections/{id}");
        let key = ["authorization: Bearer sk_test"];
        call(&address, "GET", &path, &key, b"").status
    };
    assert_eq!(
        [get("ma_shop"), get("ma_shop"), get("ma_login")],
        [503, 200, 404]
    );
    drop(child.stdin.take());
    assert!(child.wait().unwrap().success());

    std::fs::write(&file, r#"{"conections": []}"#).unwrap();
    let (code, _, stderr) = run(&["--scenario", file.to_str().unwrap()]);
    assert!(
        code == 1 && stderr.contains("unknown field `conections`"),
        "{stderr}"
    );
    std::fs::remove_file(&file).unwrap();
    let (code, _, stderr) = run(&["--scenario", file.to_str().unwrap()]);
    assert!(code == 1 && stderr.contains("No such file"), "{stderr}");
}

#[test]
fn it_shows_its_scripts() {
    let (code, names, _) = run(&["--scripts"]);
    assert_eq!(code, 0);
    assert!(names.lines().any(|name| name == "mfa_choice"), "{names}");
    for name in names.lines() {
        let (code, script, _) = run(&["--script", name]);
        assert_eq!(code, 0);
        assert!(script.contains("\"steps\""), "{name}: {script}");
    }
}

#[test]
fn it_explains_itself() {
    let (code, help, _) = run(&["--help"]);
    assert_eq!(code, 0);
    for word in [
        "--port",
        "--host",
        "--log",
        "--scenario",
        "--scripts",
        "sk_test",
        "ma_login",
        "_simulator/worlds",
    ] {
        assert!(help.contains(word), "{word}");
    }
    assert_eq!(
        run(&["--version"]).1,
        format!("kernel-simulator {}\n", env!("CARGO_PKG_VERSION"))
    );
}

#[test]
fn wrong_arguments_are_named() {
    for (args, complaint) in [
        (&["--prot", "1"][..], "--prot is not an option"),
        (&["--port"], "--port needs a value"),
        (&["--port", "70000"], "\"70000\" is not a port"),
        (&["--script", "nobody"], "there is no script \"nobody\""),
        (&["--host", "localhost"], "\"localhost\" is not an address"),
        (&["--host", "0.0.0.0"], "0.0.0.0 is not a loopback address"),
    ] {
        let (code, stdout, stderr) = run(args);
        assert!(
            code == 1 && stdout.is_empty() && stderr.contains(complaint),
            "{args:?}: {stderr}"
        );
    }
}
