//! What only a Rust program does with a client: close it, use it on several runtimes, or on none.

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

#[tokio::test]
async fn a_client_serves_several_runtimes() -> Result<()> {
    let (_control, world) = world().await?;
    let shared = client(&world)?;
    // Runtimes that only run while they are waited for: a connection of one idles as soon as its call is over.
    let runtimes = || {
        let mut runtime = tokio::runtime::Builder::new_current_thread();
        runtime.enable_all().build()
    };
    tokio::task::spawn_blocking(move || {
        let both = [runtimes()?, runtimes()?];
        for runtime in both.iter().cycle().take(6) {
            let call = shared.auth().connections().login("ma_login").max_retries(0);
            runtime.block_on(call.timeout(Duration::from_secs(5)).into_future())?;
        }
        anyhow::Ok(())
    })
    .await??;
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
