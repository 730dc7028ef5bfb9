//! A program's own HTTP client in place of the one built in, answers read as they come, and calls of any path.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use anyhow::{Result, ensure};
use kernel_client::bytes::Bytes;
use kernel_client::http::{Method, Request, Response};
use kernel_client::models::ManagedAuth;
use kernel_client::{
    ErrorKind, Events, Kernel, Page, TimeLeft, Transport, TransportBody, TransportError,
    TransportFuture,
};
use kernel_client_tests::{Control, World};
use serde_json::{Value, json};

/// Sends requests over a client of its own and notes them.
#[derive(Clone, Default)]
struct Recorder {
    http: reqwest::Client,
    seen: Arc<Mutex<Vec<Request<Bytes>>>>,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Recorder {
    fn seen(&self) -> Vec<Request<Bytes>> {
        std::mem::take(&mut *lock(&self.seen))
    }
}

impl Transport for Recorder {
    fn send(&self, request: Request<Bytes>) -> TransportFuture {
        lock(&self.seen).push(request.clone());
        let http = self.http.clone();
        Box::pin(async move {
            let failed =
                |error: reqwest::Error| TransportError::new("It did not work.").caused_by(error);
            let request = reqwest::Request::try_from(request).map_err(failed)?;
            let answer = http.execute(request).await.map_err(failed)?;
            let (status, headers) = (answer.status(), answer.headers().clone());
            let mut given = Response::new(Box::pin(Chunks(answer)) as TransportBody);
            *given.status_mut() = status;
            *given.headers_mut() = headers;
            Ok(given)
        })
    }
}

struct Chunks(reqwest::Response);

impl kernel_client::futures_core::Stream for Chunks {
    type Item = Result<Bytes, TransportError>;

    fn poll_next(
        mut self: std::pin::Pin<&mut Self>,
        context: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<Self::Item>> {
        let chunk = std::pin::pin!(self.0.chunk()).poll(context);
        chunk.map(|chunk| {
            let chunk = chunk.map_err(|error| TransportError::new("It broke.").caused_by(error));
            chunk.transpose()
        })
    }
}

async fn world(spec: Value) -> Result<(Control, World)> {
    let control = Control::connect().await?;
    let world = control.open(&spec).await?;
    Ok((control, world))
}

fn client(world: &World) -> kernel_client::KernelBuilder {
    Kernel::builder()
        .api_key("sk_test")
        .base_url(&world.base_url)
        .no_proxy()
}

#[tokio::test]
async fn another_http_client_does_the_sending_and_nothing_else() -> Result<()> {
    let spec = json!({ "faults": [{ "on": "login", "status": 503, "headers": { "retry-after-ms": "1" } }] });
    let (_control, world) = world(spec).await?;
    let recorder = Recorder::default();
    let client = client(&world).transport(recorder.clone()).build()?;
    let login = client.auth().connections().login("ma_login").send().await?;
    assert_eq!(login.retries_taken(), 1);
    let seen = recorder.seen();
    let counts: Vec<_> = seen
        .iter()
        .map(|request| &request.headers()["x-stainless-retry-count"])
        .collect();
    assert_eq!(counts, ["0", "1"]);
    let left = seen[0].extensions().get::<TimeLeft>().expect("a limit").0;
    assert!(left <= Duration::from_secs(60) && left > Duration::from_secs(50));
    assert_eq!(seen[1].body(), &Bytes::from_static(b"{}"));
    let mut events = client.auth().connections().follow("ma_login").await?;
    ensure!(events.next().await.is_some_and(|event| event.is_ok()));
    // A copy goes the same way; one with another client goes another.
    let copy = client.with_options(kernel_client::ClientOptions::default())?;
    copy.auth().connections().retrieve("ma_login").await?;
    assert_eq!(recorder.seen().len(), 2);
    let other = Recorder::default();
    let elsewhere = client.with_transport(other.clone());
    elsewhere.auth().connections().retrieve("ma_login").await?;
    assert_eq!((recorder.seen().len(), other.seen().len()), (0, 1));
    client.close();
    assert!(elsewhere.is_closed());
    world.close().await
}

#[tokio::test]
async fn what_it_fails_with_is_the_source() -> Result<()> {
    struct Broken(fn(TransportError) -> TransportError, Arc<Mutex<u32>>);

    impl Transport for Broken {
        fn send(&self, _request: Request<Bytes>) -> TransportFuture {
            *lock(&self.1) += 1;
            let error = TransportError::new("The line is cut.");
            let error = (self.0)(error.caused_by(std::io::Error::other("scissors")));
            Box::pin(async { Err(error) })
        }
    }

    for (change, kind, attempts) in [
        (
            (|error| error) as fn(TransportError) -> TransportError,
            ErrorKind::Connection,
            2,
        ),
        (TransportError::timed_out, ErrorKind::Timeout, 2),
        (TransportError::permanent, ErrorKind::Connection, 1),
    ] {
        let counted = Arc::default();
        let client = Kernel::builder().api_key("sk_test").max_retries(1);
        let client = client
            .transport(Broken(change, Arc::clone(&counted)))
            .build()?;
        let failed = client.auth().connections().retrieve("ma_1").await;
        let error = failed.expect_err("it failed");
        assert_eq!(
            (error.kind(), error.reason()),
            (kind, Some("The line is cut."))
        );
        let source = std::error::Error::source(&error).expect("a source");
        assert_eq!(source.to_string(), "scissors");
        assert_eq!(*lock(&counted), attempts);
        let request = error.request().expect("it was sent");
        assert_eq!(request.method(), Method::GET);
        assert!(!format!("{request:?}").contains("sk_test"));
    }
    Ok(())
}

#[tokio::test]
async fn a_body_is_read_as_its_caller_likes() -> Result<()> {
    let spec = json!({ "faults": [
        { "on": "retrieve", "chunks": [{ "text": "one" }, { "text": "two" }], "times": 2 },
        { "on": "retrieve", "huge_body": 100_000 },
        { "on": "retrieve", "cut": "in_body" },
        { "on": "retrieve", "stall": "body" },
    ] });
    let (_control, world) = world(spec).await?;
    let client = client(&world)
        .max_response_bytes(50_000)
        .idle_timeout(Duration::from_millis(50))
        .build()?;
    let call = || client.auth().connections().retrieve("ma_login");
    let mut pieces = call().send_streaming().await?;
    assert_eq!(pieces.status_code(), 200);
    assert_eq!(pieces.chunk().await?, Some(Bytes::from_static(b"one")));
    assert_eq!(pieces.read().await?, Bytes::from_static(b"two"));
    let mut whole = call().send_streaming().await?;
    assert_eq!(whole.read().await?, Bytes::from_static(b"onetwo"));
    assert_eq!(whole.read().await?, Bytes::from_static(b"onetwo"));
    let parsed = whole.parse().await;
    assert_eq!(
        parsed.map_err(|error| error.kind()).err(),
        Some(ErrorKind::ResponseValidation)
    );
    for expected in [
        ErrorKind::ResponseTooLarge,
        ErrorKind::Connection,
        ErrorKind::Timeout,
    ] {
        let mut response = call().send_streaming().await?;
        let error = response.read().await.expect_err("it is not whole");
        assert_eq!(error.kind(), expected);
    }
    let mut parsed = call().send_streaming().await?;
    assert_eq!(parsed.parse().await?.id, "ma_login");
    assert_eq!(parsed.request().method(), Method::GET);
    world.close().await
}

#[tokio::test]
async fn a_path_that_has_no_method_can_be_called() -> Result<()> {
    let (_control, world) = world(json!({})).await?;
    let client = client(&world)
        .default_query("trace", "1")
        .propagate(|headers| headers.insert("traceparent", Some("00-1-2-01".to_owned())))
        .build()?;
    let one: ManagedAuth = client
        .request(Method::GET, "/auth/connections/ma_login?trace=0&a=b")
        .await?;
    assert_eq!(one.id, "ma_login");
    let listed: Page<Value> = client
        .request(Method::GET, "auth/connections")
        .extra_query("limit", 1)
        .await?;
    assert_eq!(listed.items.len(), 1);
    assert!(listed.has_next_page());
    let made: Value = client
        .request(Method::POST, "/auth/connections")
        .json(&json!({ "domain": "a.test", "profile_name": "p" }))
        .await?;
    assert_eq!(made["domain"], "a.test");
    let nothing = client
        .request::<()>(
            Method::DELETE,
            format!(
                "/auth/connections/{}",
                made["id"].as_str().unwrap_or_default()
            ),
        )
        .send()
        .await?;
    assert_eq!(nothing.status_code(), 204);
    client.auth().connections().login("ma_login").await?;
    let mut events: Events = client
        .request(Method::GET, "/auth/connections/ma_login/events")
        .accept_events()
        .await?;
    ensure!(events.next().await.is_some_and(|event| event.is_ok()));
    let raw = client
        .request::<()>(Method::POST, "/auth/connections")
        .bytes("?")
        .header("content-type", "text/plain");
    let error = raw.send().await.expect_err("it is no JSON");
    assert_eq!(error.kind(), ErrorKind::BadRequest);
    let record = world.record().await?;
    let sent = |index: usize, name: &str| {
        let headers = record["requests"][index]["headers"]
            .as_array()
            .cloned()
            .unwrap_or_default();
        let found = headers.iter().find(|header| header[0] == name);
        found.map(|header| header[1].as_str().unwrap_or_default().to_owned())
    };
    assert_eq!(record["requests"][0]["query"], "a=b&trace=1");
    assert_eq!(sent(0, "traceparent").as_deref(), Some("00-1-2-01"));
    assert_eq!(sent(2, "content-type").as_deref(), Some("application/json"));
    assert_eq!(sent(3, "content-type"), None);
    assert_eq!(sent(6, "content-type").as_deref(), Some("text/plain"));
    world.close().await
}
