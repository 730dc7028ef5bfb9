//! The connections of the HTTP client that is built in: which are used again, and which ways lead to the API.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use kernel_client::{ErrorKind, Kernel};
use kernel_client_tests::{Control, World};
use serde_json::json;
use tokio::runtime::Runtime;

const LOGIN: &str = r#"{"id":"ma_login","flow_type":"LOGIN","hosted_url":"https://auth.test.invalid/","flow_expires_at":"2026-11-22T10:00:00Z"}"#;

/// The head of a request, in lower case; its body is `{}`.
fn request(stream: &mut TcpStream) -> Result<String> {
    let mut bytes = Vec::new();
    while !bytes.ends_with(b"\r\n\r\n{}") && !bytes.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        ensure!(stream.read(&mut byte)? == 1, "it ended");
        bytes.extend(byte);
    }
    let head = String::from_utf8(bytes)?.to_lowercase();
    if head.contains("content-length: 2") && !head.ends_with("{}") {
        stream.read_exact(&mut [0; 2])?;
    }
    Ok(head)
}

fn answer(stream: &mut TcpStream) -> Result<()> {
    let length = LOGIN.len();
    let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {length}\r\n\r\n");
    Ok(stream.write_all((head + LOGIN).as_bytes())?)
}

fn runtime() -> Result<Runtime> {
    let mut runtime = tokio::runtime::Builder::new_current_thread();
    Ok(runtime.enable_all().build()?)
}

/// A client without retries, so that whatever goes wrong shows.
fn client(base_url: &str) -> kernel_client::KernelBuilder {
    let builder = Kernel::builder().api_key("sk_test").base_url(base_url);
    builder.max_retries(0).timeout(Duration::from_secs(5))
}

/// Two calls on a runtime, each answered by a connection that is closed once the call is over.
fn calls_and_closes(runtime: &Runtime, meanwhile: impl Fn(&Runtime) -> Result<()>) -> Result<()> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let address = listener.local_addr()?;
    let (over, is_over) = mpsc::channel();
    let (closed, is_closed) = mpsc::channel();
    let server = thread::spawn(move || -> Result<()> {
        for _ in 0..2 {
            let (mut stream, _) = listener.accept()?;
            request(&mut stream)?;
            // Nothing in it says that it is the last one.
            answer(&mut stream)?;
            is_over.recv()?;
            stream.shutdown(Shutdown::Both)?;
            closed.send(())?;
        }
        Ok(())
    });
    let client = client(&format!("http://{address}")).no_proxy().build()?;
    for _ in 0..2 {
        runtime.block_on(client.auth().connections().login("ma_login").into_future())?;
        over.send(())?;
        is_closed.recv_timeout(Duration::from_secs(5))?;
        meanwhile(runtime)?;
    }
    server.join().map_err(|_| anyhow::anyhow!("the server"))?
}

#[test]
fn a_connection_that_was_closed_between_calls_is_not_used() -> Result<()> {
    // It runs during the calls only, and so cannot have noticed.
    calls_and_closes(&runtime()?, |_| Ok(()))
}

#[test]
fn a_request_that_a_closed_connection_did_not_take_goes_by_another() -> Result<()> {
    let mut threads = tokio::runtime::Builder::new_multi_thread();
    // Its thread has looked at its sockets when this is done.
    calls_and_closes(
        &threads.worker_threads(1).enable_all().build()?,
        |runtime| Ok(runtime.block_on(async { tokio::spawn(tokio::task::yield_now()).await })?),
    )
}

#[test]
fn runtimes_use_the_same_connections() -> Result<()> {
    let outside = runtime()?;
    let (control, world) = outside.block_on(async {
        let control = Control::connect().await?;
        let world = control.open(&json!({})).await?;
        anyhow::Ok((control, world))
    })?;
    let client = client(&world.base_url).no_proxy().build()?;
    let login = || client.auth().connections().login("ma_login").into_future();
    // To and fro: a connection of one rests as soon as its call is over.
    let both = [runtime()?, runtime()?];
    for runtime in both.iter().cycle().take(6) {
        runtime.block_on(login())?;
    }
    // Those that have ended leave theirs to the others.
    drop(both);
    thread::scope(|scope| {
        let other = scope.spawn(|| runtime()?.block_on(async { anyhow::Ok(login().await?) }));
        other.join().map_err(|_| anyhow::anyhow!("the thread"))?
    })?;
    let record = outside.block_on(world.record())?;
    ensure!(record["connections_total"] == 1, "{record}");
    ensure!(record["requests"].as_array().map(Vec::len) == Some(7));
    drop(client);
    outside.block_on(world.wait("wait_idle=1"))?;
    outside.block_on(world.close())?;
    drop(control);
    Ok(())
}

#[test]
fn a_body_can_be_read_on_another_runtime() -> Result<()> {
    let outside = runtime()?;
    let (control, world) = outside.block_on(async {
        let control = Control::connect().await?;
        let chunks = json!([{ "text": "{\"id\":" }, { "text": "1}", "delay_ms": 50 }]);
        let faults = json!([{ "on": "retrieve", "chunks": chunks }]);
        let world = control.open(&json!({ "faults": faults })).await?;
        anyhow::Ok((control, world))
    })?;
    let client = client(&world.base_url).no_proxy().build()?;
    let call = client.auth().connections().retrieve("ma_login");
    let mut response = runtime()?.block_on(call.send_streaming())?;
    let mut body = Vec::new();
    while let Some(chunk) = runtime()?.block_on(response.chunk())? {
        body.extend(chunk);
    }
    ensure!(body == b"{\"id\":1}");
    outside.block_on(world.close())?;
    drop(control);
    Ok(())
}

#[tokio::test]
async fn a_proxy_is_handed_plain_requests() -> Result<()> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let proxy = format!("http://bob:hunter2@{}", listener.local_addr()?);
    let server = thread::spawn(move || -> Result<Vec<String>> {
        let (mut stream, _) = listener.accept()?;
        // One connection for all that goes to the same place.
        (0..2)
            .map(|_| {
                let head = request(&mut stream)?;
                answer(&mut stream)?;
                Ok(head)
            })
            .collect()
    });
    let client = client("http://api.test.invalid").proxy(proxy).build()?;
    for _ in 0..2 {
        client.auth().connections().login("ma_login").await?;
    }
    let heads = server.join().map_err(|_| anyhow::anyhow!("the proxy"))??;
    for head in heads {
        let line = "post http://api.test.invalid/auth/connections/ma_login/login http/1.1\r\n";
        ensure!(head.starts_with(line), "{head}");
        ensure!(head.contains("\r\nhost: api.test.invalid\r\n"), "{head}");
        let credentials = "\r\nproxy-authorization: basic ym9iomh1bnrlcji=\r\n";
        ensure!(head.contains(credentials), "{head}");
    }
    Ok(())
}

#[tokio::test]
async fn a_proxy_makes_way_for_tls() -> Result<()> {
    let control = Control::connect().await?;
    for tls in ["trusted", "http2"] {
        let world = control.open(&json!({ "tls": tls })).await?;
        let to = world.base_url.replace("https://", "");
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let proxy = format!("http://bob:hunter2@{}", listener.local_addr()?);
        let server = thread::spawn(move || -> Result<String> {
            let (mut stream, _) = listener.accept()?;
            let head = request(&mut stream)?;
            stream.write_all(b"HTTP/1.1 200 Connected\r\n\r\n")?;
            let mut there = TcpStream::connect(to)?;
            let (mut from, mut back) = (stream.try_clone()?, there.try_clone()?);
            thread::spawn(move || std::io::copy(&mut back, &mut stream));
            std::io::copy(&mut from, &mut there)?;
            // The other side may have been faster.
            let _ = there.shutdown(Shutdown::Write);
            Ok(head)
        });
        let ca = world.ca.clone().context("it has an authority")?;
        let builder = client(&world.base_url).proxy(proxy).root_certificate(ca);
        let client = builder.build()?;
        for _ in 0..2 {
            client.auth().connections().login("ma_login").await?;
        }
        drop(client);
        let record = world.wait("wait_idle=1").await?;
        ensure!(record["connections_total"] == 1, "{record}");
        let head = server.join().map_err(|_| anyhow::anyhow!("the proxy"))??;
        let address = world.base_url.replace("https://", "");
        ensure!(head.starts_with(&format!("connect {address} http/1.1\r\n")));
        ensure!(head.contains("\r\nproxy-authorization: basic ym9iomh1bnrlcji=\r\n"));
        // The key is for the API.
        ensure!(!head.contains("sk_test"));
        world.close().await?;
    }
    Ok(())
}

#[tokio::test]
async fn a_proxy_that_refuses_is_a_connection_error() -> Result<()> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let proxy = format!("http://bob:hunter2@{}", listener.local_addr()?);
    let server = thread::spawn(move || -> Result<()> {
        let (mut stream, _) = listener.accept()?;
        request(&mut stream)?;
        stream.write_all(b"HTTP/1.1 407 Proxy Authentication Required\r\n\r\n")?;
        Ok(())
    });
    let client = client("https://api.test.invalid").proxy(proxy).build()?;
    let refused = client.auth().connections().login("ma_login").await;
    let error = refused.err().context("it went through")?;
    ensure!(error.kind() == ErrorKind::Connection);
    let reason = error.reason().unwrap_or_default().to_owned();
    ensure!(reason.contains("proxy authorization required"), "{reason}");
    ensure!(!reason.contains("hunter2"), "{reason}");
    server.join().map_err(|_| anyhow::anyhow!("the proxy"))?
}

/// A world that speaks HTTP/2, and a client of it.
async fn over_http2(control: &Control) -> Result<(World, Kernel)> {
    let world = control.open(&json!({ "tls": "http2" })).await?;
    let ca = world.ca.clone().context("it has an authority")?;
    let client = client(&world.base_url).no_proxy().root_certificate(ca);
    Ok((world, client.build()?))
}

#[tokio::test]
async fn calls_at_once_share_one_connection_of_http2() -> Result<()> {
    let control = Control::connect().await?;
    let (world, client) = over_http2(&control).await?;
    client.auth().connections().login("ma_login").await?;
    let calls: Vec<_> = (0..50)
        .map(|_| tokio::spawn(client.auth().connections().login("ma_login").into_future()))
        .collect();
    for call in calls {
        call.await??;
    }
    drop(client);
    // Nobody needs it any more.
    let record = world.wait("wait_idle=1").await?;
    ensure!(record["connections_total"] == 1, "{record}");
    world.close().await
}

#[tokio::test]
async fn a_host_of_the_callers_is_where_http2_has_it() -> Result<()> {
    let control = Control::connect().await?;
    let (world, client) = over_http2(&control).await?;
    let login = client.auth().connections().login("ma_login");
    login.header("Host", "api.test.invalid").await?;
    let record = world.wait("wait_requests=1").await?;
    let target = &record["requests"][0]["target"];
    let expected = "https://api.test.invalid/auth/connections/ma_login/login";
    ensure!(target == expected, "{record}");
    world.close().await
}

#[tokio::test]
async fn a_name_is_looked_up() -> Result<()> {
    // Mostly it is `::1` as well, where there is no simulator.
    let control = Control::connect().await?;
    let world = control.open(&json!({})).await?;
    let port = world.base_url.rsplit(':').next().context("no port")?;
    let client = client(&format!("http://localhost:{port}")).no_proxy();
    client
        .build()?
        .auth()
        .connections()
        .login("ma_login")
        .await?;
    world.close().await
}

#[tokio::test]
async fn connecting_has_a_limit() -> Result<()> {
    // It takes connections, and does not speak.
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let client = client(&format!("https://{}", listener.local_addr()?));
    let client = client
        .no_proxy()
        .connect_timeout(Duration::from_millis(100));
    let refused = client.build()?.auth().connections().login("ma_login").await;
    let error = refused.err().context("it was answered")?;
    ensure!(error.kind() == ErrorKind::Timeout);
    ensure!(error.reason() == Some("Not connected within 100.0ms."));
    Ok(())
}

#[tokio::test]
async fn nothing_compressed_is_nothing() -> Result<()> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let address = listener.local_addr()?;
    let server = thread::spawn(move || -> Result<()> {
        let (mut stream, _) = listener.accept()?;
        request(&mut stream)?;
        let head =
            "HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ntransfer-encoding: chunked\r\n\r\n";
        stream.write_all(format!("{head}0\r\n\r\n").as_bytes())?;
        Ok(())
    });
    let client = client(&format!("http://{address}")).no_proxy().build()?;
    client.auth().connections().delete("ma_login").await?;
    server.join().map_err(|_| anyhow::anyhow!("the server"))?
}
