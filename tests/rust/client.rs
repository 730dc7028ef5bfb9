//! What only a Rust program does with a client: close it, use it without a runtime, hold its futures.

use std::time::Duration;

use anyhow::{Result, anyhow};
use kernel_client::{ClientOptions, ErrorKind, Kernel};
use kernel_client_tests::{Control, World};
use serde_json::json;

async fn world() -> Result<(Control, World)> {
    let control = Control::connect().await?;
    let world = control.open(&json!({})).await?;
    Ok((control, world))
}

fn client(world: &World) -> Result<Kernel> {
    let builder = Kernel::builder().api_key("sk_test").no_proxy();
    Ok(builder.base_url(&world.base_url).build()?)
}

#[tokio::test]
async fn closing_closes_every_copy_and_every_connection() -> Result<()> {
    let (_control, world) = world().await?;
    let client = client(&world)?;
    let slower = ClientOptions {
        connect_timeout: Some(9.0),
        ..ClientOptions::default()
    };
    // One copy shares the connections, the other has its own.
    let copies = [
        client.with_options(ClientOptions::default())?,
        client.with_options(slower.clone())?,
    ];
    for copy in &copies {
        copy.auth().connections().login("ma_login").await?;
    }
    copies[0].close();
    let later = client.with_options(slower)?;
    for closed in copies.iter().chain([&client, &later]) {
        assert!(closed.is_closed());
        let error = closed.auth().connections().login("ma_login").await;
        let error = error.err().ok_or_else(|| anyhow!("it went out"))?;
        assert_eq!(error.kind(), ErrorKind::Connection);
        assert_eq!(error.reason(), Some("The client is closed."));
    }
    drop((client, copies, later));
    let state = world.wait("wait_idle=1").await?;
    assert_eq!(state["requests"].as_array().map(Vec::len), Some(2));
    world.close().await
}

#[test]
fn a_call_without_a_runtime_is_an_error() -> Result<()> {
    let client = Kernel::builder().api_key("sk_test").build()?;
    let mut call = Box::pin(client.auth().connections().login("ma_login").send());
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    match call.as_mut().poll(&mut context) {
        std::task::Poll::Ready(Err(error)) => {
            assert_eq!(error.kind(), ErrorKind::Connection);
            assert_eq!(error.reason(), Some("There is no tokio runtime."));
            Ok(())
        }
        other => Err(anyhow!("{other:?}")),
    }
}

#[tokio::test]
async fn an_address_too_long_is_the_argument_s_fault() -> Result<()> {
    let client = Kernel::builder().api_key("sk_test").build()?;
    let long = "x".repeat(70_000);
    let connections = client.auth().connections();
    for (call, argument) in [
        (connections.login(long.clone()), "id"),
        (
            connections.login("ma_login").extra_query("q", long.clone()),
            "query",
        ),
    ] {
        let error = call.await.err().ok_or_else(|| anyhow!("it went out"))?;
        assert_eq!(error.kind(), ErrorKind::InvalidArgument);
        assert_eq!(error.argument(), Some(argument));
    }
    Ok(())
}

#[tokio::test]
async fn another_address_gets_no_secrets() -> Result<()> {
    let control = Control::connect().await?;
    let there = control.open(&json!({ "tls": "trusted" })).await?;
    let redirect = format!("{}/auth/connections/ma_login", there.base_url);
    let here = control
        .open(&json!({ "tls": "trusted", "faults": [{ "redirect": redirect }] }))
        .await?;
    let authorities = [&here, &there]
        .into_iter()
        .flat_map(|world| world.ca.clone());
    let client = Kernel::new(ClientOptions {
        api_key: Some("sk_test".into()),
        base_url: Some(Some(here.base_url.clone().into())),
        proxy: Some(None),
        root_certificates: Some(authorities.collect()),
        max_retries: Some(0),
        ..ClientOptions::default()
    })?;
    let call = client.auth().connections().retrieve("ma_login");
    let call = call.header("cookie", "a=1");
    let error = call.await.err().ok_or_else(|| anyhow!("it needs a key"))?;
    assert_eq!(error.kind(), ErrorKind::Authentication);
    let record = there.record().await?;
    let headers = record["requests"][0]["headers"].to_string();
    assert!(headers.contains("x-stainless-lang"), "{headers}");
    for secret in ["authorization", "cookie", "sk_test"] {
        assert!(!headers.contains(secret), "{headers}");
    }
    here.close().await?;
    there.close().await
}

#[tokio::test]
async fn a_session_lasts_half_an_hour() -> Result<()> {
    let control = Control::connect().await?;
    let connection = json!({ "id": "ma_1", "script": "stale" });
    let spec = json!({ "connections": [connection], "frozen": true });
    let world = control.open(&spec).await?;
    let client = client(&world)?;
    let connections = client.auth().connections();
    let login = connections.login("ma_1").await?;
    let code = login
        .handoff_code
        .ok_or_else(|| anyhow!("there is a code"))?;
    let session = connections.exchange("ma_1", code.expose()).await?;
    for (minutes, outcome) in [(29, None), (1, Some(ErrorKind::Authentication))] {
        let advance = json!({ "advance_ms": minutes * 60_000 });
        world.change("clock", &advance).await?;
        let error = session.retrieve().await.err();
        assert_eq!(error.map(|error| error.kind()), outcome, "{minutes}");
    }
    assert!(connections.retrieve("ma_1").await.is_ok());
    world.close().await
}

#[tokio::test]
async fn waiting_for_an_event_can_be_given_up_and_taken_up_again() -> Result<()> {
    let event = |number: u32| json!({ "event": "odd", "number": number }).to_string();
    let (first, second) = (event(1), event(2));
    let (half, rest) = second.split_at(10);
    let control = Control::connect().await?;
    let world = control
        .open(&json!({ "faults": [{
            "on": "follow",
            "chunks": [
                { "text": format!("data: {first}\n\ndata: {half}") },
                { "text": format!("{rest}\n\n"), "delay_ms": 100 },
            ],
            "stall": "body",
        }] }))
        .await?;
    let mut events = client(&world)?
        .auth()
        .connections()
        .follow("ma_login")
        .await?;
    let numbers = {
        let mut numbers = Vec::new();
        while numbers.len() < 2 {
            // Given up again and again, in the middle of an event too.
            let next = tokio::time::timeout(Duration::from_millis(7), events.next()).await;
            if let Ok(Some(event)) = next {
                numbers.push(serde_json::to_value(event?)?["number"].clone());
            }
        }
        numbers
    };
    assert_eq!(numbers, [1, 2]);
    drop(events);
    world.wait("wait_aborted=1").await?;
    world.close().await
}
