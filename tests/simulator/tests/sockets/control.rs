//! Opening, finding and closing worlds.

use std::io::ErrorKind;
use std::net::{TcpListener, TcpStream};

use serde_json::json;

use crate::client::{Client, LOGIN, World, call, start};

fn authority(base_url: &str) -> &str {
    base_url.split_once("://").unwrap().1
}

#[test]
fn worlds_are_apart() {
    let simulator = start();
    let one = World::open(&simulator, &json!({"faults": [{"status": 500}]}));
    let other = World::open(&simulator, &json!({}));
    assert_ne!(one.base_url, other.base_url);
    assert_ne!(one.path, other.path);
    assert_eq!((other.login().status, one.login().status), (200, 500));
    assert_eq!(other.state("wait_idle=1")["requests_total"], 1);
}

#[test]
fn a_world_needs_no_body() {
    let simulator = start();
    let answer = call(simulator.address(), "POST", "/_simulator/worlds", &[], b"");
    assert_eq!((answer.status, &answer.json()["ca"]), (201, &json!(null)));
}

#[test]
fn a_world_of_its_own_has_no_control() {
    let simulator = start();
    let world = World::open(&simulator, &json!({}));
    assert_eq!(
        call(&world.base_url, "POST", "/_simulator/worlds", &[], b"").status,
        404
    );
    assert_eq!(
        world.state("wait_completed=1")["requests"][0]["path"],
        "/_simulator/worlds"
    );
}

#[test]
fn a_port_that_refuses_stays_taken() {
    let simulator = start();
    let world = World::open(&simulator, &json!({"listen": false}));
    let address = authority(&world.base_url);
    assert_eq!(
        TcpStream::connect(address).unwrap_err().kind(),
        ErrorKind::ConnectionRefused
    );
    assert_eq!(
        TcpListener::bind(address).unwrap_err().kind(),
        ErrorKind::AddrInUse
    );
    world.close();
}

#[test]
fn a_closed_world_is_gone_with_its_connections() {
    let simulator = start();
    let world = World::open(
        &simulator,
        &json!({"faults": [{"pass": true}, {"stall": "headers"}]}),
    );
    let mut client = world.connect();
    client.login();
    client.send_login();
    world.state("wait_requests=2");
    world.close();
    assert_eq!(client.rest().0, b"");
    assert_eq!(
        call(simulator.address(), "GET", &world.path, &[], b"").status,
        404
    );
    assert_eq!(
        call(simulator.address(), "DELETE", &world.path, &[], b"").status,
        404
    );
}

#[test]
fn mistakes_are_named() {
    let simulator = start();
    let address = simulator.address();
    let refused = |method: &str, path: &str, body: &str| {
        let answer = call(address, method, path, &[], body.as_bytes());
        (
            answer.status,
            answer.json()["message"].as_str().unwrap().to_owned(),
        )
    };
    for (method, path, body, status, complaint) in [
        ("POST", "/_simulator/worlds", "{", 400, "no world"),
        (
            "POST",
            "/_simulator/worlds",
            "{\"fault\":[]}",
            400,
            "unknown field `fault`",
        ),
        (
            "POST",
            "/_simulator/worlds",
            "{\"tls\":\"yes\"}",
            400,
            "unknown variant `yes`",
        ),
        (
            "POST",
            "/_simulator/worlds",
            "{\"connections\":[{\"id\":\"a\",\"flow\":\"odd\"}]}",
            400,
            "unknown variant `odd`",
        ),
        ("GET", "/_simulator/worlds", "", 405, "only POST"),
        (
            "POST",
            "/_simulator/worlds/default",
            "",
            405,
            "only GET, DELETE",
        ),
        ("GET", "/_simulator/worlds/w99", "", 404, "no world w99"),
        (
            "GET",
            "/_simulator/worlds/default?wait_for=1",
            "",
            400,
            "wait_for is not known",
        ),
        (
            "GET",
            "/_simulator/worlds/default?wait_requests=x",
            "",
            400,
            "whole number",
        ),
        (
            "DELETE",
            "/_simulator/worlds/default",
            "",
            400,
            "as long as the simulator",
        ),
        ("GET", "/_simulator/other", "", 404, "there is no"),
    ] {
        let (got, message) = refused(method, path, body);
        assert!(
            got == status && message.contains(complaint),
            "{method} {path} {body}: {got} {message}"
        );
    }
}

#[test]
fn a_dropped_simulator_stops() {
    let simulator = start();
    let endless = json!({"faults": [{"gzip": true, "huge_body": 1_000_000_000_000_u64}]});
    let world = World::open(&simulator, &endless);
    let mut busy = world.connect();
    busy.send_login();
    busy.head();
    let mut client = Client::connect(simulator.address());
    assert_eq!(client.login().status, 200);
    client.send("POST", LOGIN, &[], b"");
    let address = simulator.address().to_owned();
    drop(simulator);
    client.rest();
    for address in [&address, &world.base_url] {
        assert_eq!(
            TcpStream::connect(authority(address)).unwrap_err().kind(),
            ErrorKind::ConnectionRefused
        );
    }
}
