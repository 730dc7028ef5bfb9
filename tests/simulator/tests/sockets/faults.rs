//! Each fault, seen from the other end of the socket.

use std::io::Read;
use std::time::{Duration, Instant};

use flate2::read::GzDecoder;
use kernel_simulator::Simulator;
use serde_json::{Value, json};

use crate::client::{Client, End, World, start};

fn world(simulator: &Simulator, fault: &Value) -> World {
    World::open(simulator, &json!({"faults": [fault]}))
}

/// How a login ends under one fault, and what was received of its answer.
fn cut(simulator: &Simulator, fault: &Value) -> (World, String, End) {
    let world = world(simulator, fault);
    let mut client = world.connect();
    client.send_login();
    let (received, end) = client.rest();
    (world, String::from_utf8(received).unwrap(), end)
}

/// The promised and the received length of a body that was cut.
fn lengths(received: &str) -> (usize, usize) {
    let (head, body) = received.split_once("\r\n\r\n").unwrap();
    let length = head
        .lines()
        .find_map(|line| line.strip_prefix("content-length: "))
        .unwrap();
    (length.parse().unwrap(), body.len())
}

#[test]
fn an_answer_as_given() {
    let simulator = start();
    let fault = json!({
        "status": 503, "headers": {"retry-after-ms": "1", "x-should-retry": "false"},
        "body": {"code": "gone_fishing", "message": "back soon"},
    });
    let answer = world(&simulator, &fault).login();
    assert_eq!(answer.status, 503);
    assert_eq!(answer.header("retry-after-ms"), Some("1"));
    assert_eq!(answer.header("x-should-retry"), Some("false"));
    assert_eq!(answer.header("content-type"), Some("application/json"));
    assert!(answer.header("x-request-id").is_some());
    assert_eq!(
        answer.body,
        br#"{"code":"gone_fishing","message":"back soon"}"#
    );
}

#[test]
fn a_status_alone_comes_with_the_apis_envelope() {
    let simulator = start();
    for (status, code) in [
        (400, "bad_request"),
        (401, "unauthorized"),
        (403, "forbidden"),
        (404, "not_found"),
        (408, "request_timeout"),
        (409, "conflict"),
        (422, "unprocessable_entity"),
        (429, "too_many_requests"),
        (500, "internal_error"),
        (503, "service_unavailable"),
        (529, "capacity_exhausted"),
        (418, "error"),
    ] {
        let answer = world(&simulator, &json!({"status": status})).login();
        assert_eq!(
            (answer.status, &answer.json()["code"]),
            (status, &json!(code))
        );
        assert!(answer.json()["message"].is_string());
    }
}

#[test]
fn a_good_status_alone_keeps_the_answer() {
    let simulator = start();
    let answer = world(&simulator, &json!({"status": 201})).login();
    assert_eq!(
        (answer.status, &answer.json()["id"]),
        (201, &json!("ma_login"))
    );
    let empty = world(&simulator, &json!({"status": 204})).login();
    assert_eq!((empty.status, empty.body.as_slice()), (204, b"".as_slice()));
}

#[test]
fn bodies_that_are_not_json() {
    let simulator = start();
    let text = world(
        &simulator,
        &json!({"status": 502, "text": "<h1>Bad Gateway</h1>", "content_type": "text/html"}),
    );
    let text = text.login();
    assert_eq!(text.header("content-type"), Some("text/html"));
    assert_eq!(text.body, b"<h1>Bad Gateway</h1>");

    let broken = world(
        &simulator,
        &json!({"text": "{\"id\":", "content_type": "application/json"}),
    )
    .login();
    assert_eq!(
        (broken.status, broken.body.as_slice()),
        (200, b"{\"id\":".as_slice())
    );

    let empty = world(&simulator, &json!({"status": 500, "text": ""})).login();
    assert_eq!((empty.status, empty.body.as_slice()), (500, b"".as_slice()));

    let bytes = world(&simulator, &json!({"status": 400, "hex": "fe00FF"})).login();
    assert_eq!(bytes.body, [0xfe, 0, 0xff]);

    let null = world(&simulator, &json!({"body": null})).login();
    assert_eq!(null.body, b"null");
}

#[test]
fn headers_can_be_removed() {
    let simulator = start();
    let fault = json!({"status": 500, "headers": {"x-request-id": null, "Content-Type": null}});
    let answer = world(&simulator, &fault).login();
    assert_eq!(
        (answer.header("x-request-id"), answer.header("content-type")),
        (None, None)
    );
    let given = world(
        &simulator,
        &json!({"status": 500, "headers": {"X-Request-Id": "req_mine"}}),
    )
    .login();
    assert_eq!(given.header("x-request-id"), Some("req_mine"));
}

#[test]
fn fields_of_the_answer_change() {
    let simulator = start();
    let fault =
        json!({"answer": {"flow_type": "TELEPATHY", "later": {"a": 1}, "hosted_url": null}});
    let body = world(&simulator, &fault).login().json();
    assert_eq!(body["flow_type"], "TELEPATHY");
    assert_eq!(body["later"], json!({"a": 1}));
    assert_eq!(body.get("hosted_url"), None);
    assert_eq!(body["id"], "ma_login");
}

#[test]
fn a_changed_answer_is_still_checked() {
    let simulator = start();
    let world = world(&simulator, &json!({"answer": {"later": 1}}));
    let mut client = world.connect();
    client.send(
        "POST",
        "/auth/connections/ma_gone/login",
        &["authorization: Bearer sk_test"],
        b"",
    );
    let answer = client.answer();
    assert_eq!((answer.status, answer.json().get("later")), (404, None));
}

#[test]
fn a_redirect() {
    let simulator = start();
    let answer = world(&simulator, &json!({"redirect": "/elsewhere"})).login();
    assert_eq!(
        (answer.status, answer.header("location")),
        (307, Some("/elsewhere"))
    );
    assert_eq!(answer.body, b"");
    let answer = world(
        &simulator,
        &json!({"redirect": "http://other.invalid/", "status": 302}),
    )
    .login();
    assert_eq!(
        (answer.status, answer.header("location")),
        (302, Some("http://other.invalid/"))
    );
}

#[test]
fn faults_act_in_order_and_then_the_api_answers() {
    let simulator = start();
    let faults = json!({"faults": [{"status": 500, "times": 2}, {"pass": true}, {"status": 429}]});
    let world = World::open(&simulator, &faults);
    let mut client = world.connect();
    let statuses: Vec<_> = (0..6).map(|_| client.login().status).collect();
    assert_eq!(statuses, [500, 500, 200, 429, 200, 200]);
}

#[test]
fn a_delay_comes_first() {
    let simulator = start();
    let world = world(&simulator, &json!({"delay_ms": 80, "status": 503}));
    let start = Instant::now();
    assert_eq!(world.login().status, 503);
    assert!(start.elapsed() >= Duration::from_millis(80));
}

#[test]
fn a_client_that_goes_during_a_delay_has_aborted() {
    let simulator = start();
    let world = world(&simulator, &json!({"delay_ms": 60_000}));
    let mut client = world.connect();
    client.send_login();
    world.state("wait_requests=1");
    drop(client);
    let state = world.state("wait_aborted=1&wait_idle=1");
    assert_eq!(state["requests"][0]["aborted"], true);
    assert_eq!(state["requests"][0]["completed"], false);
}

#[test]
fn stalled_before_the_headers() {
    let simulator = start();
    let world = world(&simulator, &json!({"stall": "headers"}));
    let mut client = world.connect();
    client.send_login();
    assert_eq!(world.state("wait_requests=1")["completed"], 0);
    client.stream.set_nonblocking(true).unwrap();
    assert_eq!(
        client.stream.read(&mut [0]).unwrap_err().kind(),
        std::io::ErrorKind::WouldBlock
    );
    drop(client);
    assert_eq!(world.state("wait_aborted=1&wait_idle=1")["completed"], 0);
}

#[test]
fn stalled_in_the_body() {
    let simulator = start();
    let world = world(&simulator, &json!({"stall": "body", "text": "0123456789"}));
    let mut client = world.connect();
    client.send_login();
    let head = client.head();
    assert_eq!(
        (head.status, head.header("content-length")),
        (200, Some("10"))
    );
    assert_eq!(client.exactly(5), b"01234");
    client.stream.set_nonblocking(true).unwrap();
    assert_eq!(
        client.stream.read(&mut [0]).unwrap_err().kind(),
        std::io::ErrorKind::WouldBlock
    );
    drop(client);
    assert_eq!(world.state("wait_aborted=1&wait_idle=1")["completed"], 0);
}

#[test]
fn cut_before_reading() {
    let simulator = start();
    let (world, received, end) = cut(&simulator, &json!({"cut": "before_read"}));
    assert_eq!((received.as_str(), end), ("", End::Reset));
    assert_eq!(world.login().status, 200);
    let state = world.state("wait_idle=1");
    assert_eq!(
        (&state["cut_before_read"], &state["requests_total"]),
        (&json!(1), &json!(1))
    );
    assert_eq!(state["connections_total"], 2);
}

#[test]
fn a_kept_connection_can_be_cut_before_reading() {
    let simulator = start();
    let world = World::open(
        &simulator,
        &json!({"faults": [{"pass": true}, {"cut": "before_read"}]}),
    );
    let mut client = world.connect();
    assert_eq!(client.login().status, 200);
    client.send_login();
    let (received, end) = client.rest();
    assert_eq!((received.as_slice(), end), (b"".as_slice(), End::Reset));
    assert_eq!(world.state("wait_idle=1")["requests_total"], 1);
}

#[test]
fn cut_after_reading() {
    let simulator = start();
    for (fault, expected) in [
        (json!({"cut": "after_read"}), End::Reset),
        (json!({"cut": "after_read", "orderly": true}), End::Fin),
    ] {
        let (world, received, end) = cut(&simulator, &fault);
        assert_eq!((received.as_str(), end), ("", expected));
        let state = world.state("wait_idle=1");
        assert_eq!(state["requests"][0]["body"], "{}");
        assert_eq!(
            (&state["aborted"], &state["completed"]),
            (&json!(0), &json!(0))
        );
    }
}

#[test]
fn cut_in_the_headers() {
    let simulator = start();
    for (fault, expected) in [
        (json!({"cut": "in_headers"}), End::Reset),
        (json!({"cut": "in_headers", "orderly": true}), End::Fin),
    ] {
        let (world, received, end) = cut(&simulator, &fault);
        assert!(
            received.starts_with("HTTP/1.1 200 OK\r\n") && !received.contains("\r\n\r\n"),
            "{received}"
        );
        assert_eq!(end, expected);
        assert_eq!(world.state("wait_idle=1")["aborted"], 0);
    }
}

#[test]
fn cut_in_the_body() {
    let simulator = start();
    for (fault, expected) in [
        (json!({"cut": "in_body"}), End::Reset),
        (json!({"cut": "in_body", "orderly": true}), End::Fin),
        (json!({"cut": "in_body", "status": 500}), End::Reset),
    ] {
        let (world, received, end) = cut(&simulator, &fault);
        let (promised, came) = lengths(&received);
        assert!(
            promised > 40 && came == promised / 2,
            "{came} of {promised}"
        );
        assert_eq!(end, expected);
        let state = world.state("wait_idle=1");
        assert_eq!(
            (&state["aborted"], &state["completed"]),
            (&json!(0), &json!(0))
        );
    }
}

#[test]
fn cut_in_a_body_of_chunks() {
    let simulator = start();
    let (_, received, end) = cut(
        &simulator,
        &json!({"cut": "in_body", "huge_body": 1_000_000}),
    );
    let (head, body) = received.split_once("\r\n\r\n").unwrap();
    assert!(
        head.contains("transfer-encoding: chunked")
            && !body.is_empty()
            && !body.contains("\r\n0\r\n")
    );
    assert_eq!(end, End::Reset);
}

#[test]
fn huge_bodies() {
    let simulator = start();
    let size = 3_000_000;
    let chunked = world(&simulator, &json!({"huge_body": size})).login();
    assert_eq!(chunked.header("content-length"), None);
    assert_eq!(chunked.body.len(), size);
    assert_eq!(chunked.json()["flow_type"], "LOGIN");
    assert!(chunked.json()["padding"].as_str().unwrap().len() > size - 1000);

    let announced = world(
        &simulator,
        &json!({"huge_body": size, "content_length": true}),
    )
    .login();
    assert_eq!(announced.header("content-length"), Some("3000000"));
    assert_eq!(announced.json()["id"], "ma_login");

    let refused = world(&simulator, &json!({"huge_body": size, "status": 500})).login();
    assert_eq!(
        (refused.status, &refused.json()["code"]),
        (500, &json!("internal_error"))
    );

    let object = world(&simulator, &json!({"huge_body": 100, "body": {}})).login();
    assert_eq!(
        (object.body.len(), object.json().as_object().unwrap().len()),
        (100, 1)
    );

    let text = world(&simulator, &json!({"huge_body": 100, "text": "abc"})).login();
    assert!(text.body.starts_with(b"abcxxx") && text.body.len() == 100);
}

#[test]
fn a_client_that_has_enough_of_a_huge_body_has_aborted() {
    let simulator = start();
    let world = world(&simulator, &json!({"huge_body": 10_000_000_000_u64}));
    let mut client = world.connect();
    client.send_login();
    client.head();
    drop(client);
    assert_eq!(world.state("wait_aborted=1&wait_idle=1")["completed"], 0);
}

#[test]
fn compressed_bodies() {
    let simulator = start();
    let unzip = |bytes: &[u8]| {
        let mut text = Vec::new();
        GzDecoder::new(bytes).read_to_end(&mut text).unwrap();
        text
    };
    let plain = world(&simulator, &json!({"gzip": true})).login();
    assert_eq!(plain.header("content-encoding"), Some("gzip"));
    let body: Value = serde_json::from_slice(&unzip(&plain.body)).unwrap();
    assert_eq!(body["id"], "ma_login");

    let bomb = world(&simulator, &json!({"gzip": true, "huge_body": 20_000_000})).login();
    assert!(
        bomb.body.len() < 400_000,
        "{} bytes on the wire",
        bomb.body.len()
    );
    let text = unzip(&bomb.body);
    assert_eq!(text.len(), 20_000_000);
    assert_eq!(
        serde_json::from_slice::<Value>(&text).unwrap()["id"],
        "ma_login"
    );
}

#[test]
fn answers_can_be_pipelined() {
    let simulator = start();
    let world = World::open(&simulator, &json!({"faults": [{"status": 500}]}));
    let mut client: Client = world.connect();
    client.send_login();
    client.send_login();
    assert_eq!((client.answer().status, client.answer().status), (500, 200));
}

#[test]
fn faults_that_make_no_sense_are_refused() {
    let simulator = start();
    for (fault, complaint) in [
        (json!({}), "must say what happens"),
        (json!({"times": 3}), "must say what happens"),
        (json!({"times": 0, "pass": true}), "nonzero"),
        (json!({"statuss": 500}), "unknown field `statuss`"),
        (json!({"status": 100}), "cannot be the status"),
        (json!({"status": 1000}), "cannot be the status"),
        (json!({"cut": "sometime"}), "unknown variant `sometime`"),
        (
            json!({"cut": "after_read", "stall": "body"}),
            "one of cut, stall and pass",
        ),
        (
            json!({"cut": "after_read", "pass": true}),
            "one of cut, stall and pass",
        ),
        (
            json!({"cut": "before_read", "delay_ms": 1}),
            "goes with times only",
        ),
        (
            json!({"cut": "before_read", "status": 500}),
            "goes with times only",
        ),
        (
            json!({"cut": "after_read", "status": 500}),
            "do not go with an answer",
        ),
        (
            json!({"stall": "headers", "text": ""}),
            "do not go with an answer",
        ),
        (
            json!({"pass": true, "gzip": true}),
            "do not go with an answer",
        ),
        (
            json!({"status": 500, "orderly": true}),
            "orderly goes with cut",
        ),
        (
            json!({"text": "a", "body": 1}),
            "one of body, text, hex, answer and chunks",
        ),
        (json!({"hex": "abc"}), "pairs of hexadecimal digits"),
        (json!({"hex": "zz"}), "pairs of hexadecimal digits"),
        (
            json!({"status": 500, "headers": {"a b": "c"}}),
            "cannot be the name of a header",
        ),
        (
            json!({"status": 500, "headers": {"a": "b\n"}}),
            "cannot be the value of a header",
        ),
        (json!({"cut": "in_body", "text": ""}), "empty body"),
        (
            json!({"content_length": true, "status": 500}),
            "content_length goes with huge_body",
        ),
        (
            json!({"content_length": true, "huge_body": 5, "gzip": true}),
            "content_length goes with huge_body",
        ),
    ] {
        let answer = World::try_open(&simulator, &json!({"faults": [fault]}));
        let message = answer.json()["message"]
            .as_str()
            .unwrap_or_default()
            .to_owned();
        assert!(
            answer.status == 400 && message.contains(complaint),
            "{fault}: {} {message}",
            answer.status
        );
    }
}
