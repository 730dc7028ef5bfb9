//! Worlds behind TLS.

use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;
use std::sync::Arc;

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};
use serde_json::json;

use crate::client::{Client, World, call, start};

type Secure = StreamOwned<ClientConnection, TcpStream>;

fn secure(world: &World, name: &'static str, ca: Option<&str>) -> Client<Secure> {
    let mut roots = RootCertStore::empty();
    if let Some(ca) = ca {
        roots
            .add(CertificateDer::from_pem_slice(ca.as_bytes()).unwrap())
            .unwrap();
    }
    let config = ClientConfig::builder_with_provider(Arc::new(
        rustls::crypto::aws_lc_rs::default_provider(),
    ))
    .with_safe_default_protocol_versions()
    .unwrap()
    .with_root_certificates(roots)
    .with_no_client_auth();
    let connection =
        ClientConnection::new(Arc::new(config), ServerName::try_from(name).unwrap()).unwrap();
    Client::over(StreamOwned::new(connection, world.connect().stream))
}

/// Why a handshake failed.
fn handshake_error(mut client: Client<Secure>) -> String {
    client.stream.flush().unwrap_err().to_string()
}

#[test]
fn a_trusted_world() {
    let simulator = start();
    let world = World::open(
        &simulator,
        &json!({"tls": "trusted", "faults": [{"pass": true}, {"stall": "headers"}]}),
    );
    assert!(
        world.base_url.starts_with("https://127.0.0.1:"),
        "{}",
        world.base_url
    );
    for name in ["localhost", "127.0.0.1"] {
        let mut client = secure(&world, name, world.ca.as_deref());
        client.send_login();
        if name == "localhost" {
            let body = client.answer().json();
            assert!(
                body["hosted_url"]
                    .as_str()
                    .unwrap()
                    .starts_with(&world.base_url)
            );
        } else {
            world.state("wait_requests=2");
        }
    }
    assert_eq!(world.state("wait_aborted=1&wait_idle=1")["tls_failures"], 0);
}

#[test]
fn a_stranger_does_not_trust_a_trusted_world() {
    let simulator = start();
    let world = World::open(&simulator, &json!({"tls": "trusted"}));
    let error = handshake_error(secure(&world, "localhost", None));
    assert!(error.contains("UnknownIssuer"), "{error}");
    assert_eq!(world.state("wait_idle=1")["tls_failures"], 1);
}

#[test]
fn another_authority_does_not_help() {
    let simulator = start();
    let world = World::open(&simulator, &json!({"tls": "trusted"}));
    let other = World::open(&simulator, &json!({"tls": "trusted"}));
    let error = handshake_error(secure(&world, "localhost", other.ca.as_deref()));
    assert!(error.contains("invalid peer certificate"), "{error}");
}

#[test]
fn nobody_trusts_an_untrusted_world() {
    let simulator = start();
    let world = World::open(&simulator, &json!({"tls": "untrusted"}));
    assert_eq!(world.ca, None);
    let error = handshake_error(secure(&world, "localhost", None));
    assert!(error.contains("UnknownIssuer"), "{error}");
    let state = world.state("wait_idle=1");
    assert_eq!(
        (&state["tls_failures"], &state["requests_total"]),
        (&json!(1), &json!(0))
    );
}

#[test]
fn an_https_address_that_speaks_plain_http() {
    let simulator = start();
    let world = World::open(&simulator, &json!({"tls": "plaintext"}));
    assert!(world.base_url.starts_with("https://"));
    let error = handshake_error(secure(&world, "localhost", None));
    assert!(error.contains("corrupt message"), "{error}");
    assert_eq!(
        call(&world.base_url, "POST", "/nowhere", &[], b"").status,
        404
    );
}

#[test]
fn cuts_reach_through_tls() {
    let simulator = start();
    let faults = json!([{"cut": "before_read"}, {"cut": "after_read"}, {"cut": "in_headers"}, {"cut": "in_body"}]);
    let world = World::open(&simulator, &json!({"tls": "trusted", "faults": faults}));
    for expected in ["", "", "HTTP/1.1 200 OK\r\n", "\r\n\r\n{\"id\""] {
        let mut client = secure(&world, "localhost", world.ca.as_deref());
        client.send_login();
        let mut received = Vec::new();
        let error = client.stream.read_to_end(&mut received).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::ConnectionReset);
        let received = String::from_utf8(received).unwrap();
        assert!(
            received.contains(expected) && !received.ends_with('}'),
            "{received}"
        );
    }
    let state = world.state("wait_idle=1");
    assert_eq!(
        (&state["requests_total"], &state["cut_before_read"]),
        (&json!(3), &json!(1))
    );
}
