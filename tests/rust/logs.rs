//! What the client writes down about a call, at the level that writes most: enough to follow it, and no secret. And
//! what printing its values shows.

use std::fmt::{Debug, Write};
use std::sync::{Arc, Mutex};

use anyhow::Result;
use kernel_client::models::{AuthStatus, InputAnswer};
use kernel_client::{ClientOptions, Kernel};
use kernel_client_tests::Control;
use serde_json::json;
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

/// One test at a time: whether a line is wanted is remembered for all threads when one first writes it.
static ALONE: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());

/// Every line, as one text.
#[derive(Clone, Default)]
struct Lines(Arc<Mutex<String>>);

impl Subscriber for Lines {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        if let Ok(mut lines) = self.0.lock() {
            event.record(&mut Line(&mut lines));
        }
    }

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

struct Line<'a>(&'a mut String);

impl Visit for Line<'_> {
    fn record_debug(&mut self, _: &Field, value: &dyn Debug) {
        // Writing to a text cannot fail.
        let _ = writeln!(self.0, "{value:?}");
    }
}

#[tokio::test]
async fn calls_can_be_followed_and_secrets_stay_out() -> Result<()> {
    let _alone = ALONE.lock().await;
    let control = Control::connect().await?;
    let world = control
        .open(&json!({ "faults": [
            { "status": 503, "headers": { "retry-after-ms": "1", "x-request-id": "req_first", "set-cookie": "s=cookie_2" } },
            { "answer": {
                "handoff_code": "handoff_1",
                "live_view_url": "https://live.test.invalid/view_1",
                "jwt": "jwt_1",
            } },
            { "status": 200, "body": { "handoff_code": { "code": "handoff_2" } } },
        ] }))
        .await?;
    let lines = Lines::default();
    let _guard = tracing::subscriber::set_default(lines.clone());

    let client = Kernel::builder()
        .api_key("sk_test")
        .base_url(&world.base_url)
        .default_header("x-api-key", "header_1")
        .default_header("cookie", "s=cookie_1")
        .log_level("off")
        .build()?;
    let call = || {
        client
            .auth()
            .connections()
            .login("ma_login")
            .header("x-token", "header_2")
            .extra_query("code", "query_1")
    };
    let answer = call().send().await?;
    assert_eq!(answer.retries_taken(), 1);
    assert!(
        call()
            .extra_body("field_values", json!({ "password": "hunter2" }))
            .send()
            .await
            .is_err()
    );
    assert!(call().header("x-bad", "value\n_1").send().await.is_err());

    let text = lines
        .0
        .lock()
        .map(|lines| lines.clone())
        .unwrap_or_default();
    for part in [
        "POST /auth/connections/ma_login/login",
        "503",
        "200",
        "req_first",
        "x-api-key",
        "***",
    ] {
        assert!(text.contains(part), "{part} is missing in {text}");
    }
    for secret in [
        "sk_test",
        "header_1",
        "header_2",
        "cookie_1",
        "cookie_2",
        "query_1",
        "hunter2",
        "handoff_1",
        "handoff_2",
        "view_1",
        "jwt_1",
    ] {
        assert!(!text.contains(secret), "{secret} shows in {text}");
    }
    world.close().await
}

#[tokio::test]
async fn a_flow_can_be_followed_and_what_was_entered_stays_out() -> Result<()> {
    let _alone = ALONE.lock().await;
    let control = Control::connect().await?;
    let state = json!({
        "event": "managed_auth_state",
        "timestamp": "2026-11-22T10:00:00Z",
        "flow_status": "IN_PROGRESS",
        "flow_step": "AWAITING_INPUT",
        "live_view_url": "https://live.test.invalid/view_1",
        "hosted_url": "https://host.test.invalid/login?code=handoff_2",
    });
    let world = control
        .open(&json!({ "faults": [
            { "on": "submit", "status": 503, "headers": { "retry-after-ms": "1" } },
            { "on": "submit", "status": 202, "body": { "accepted": true, "new": "new_1" } },
            { "on": "submit", "status": 400, "body": { "message": "No.", "code": "bad_request" } },
            { "on": "exchange", "status": 200, "body": { "invocation_id": "i", "jwt": "jwt_1" } },
            { "on": "exchange", "status": 410 },
            { "on": "follow", "chunks": [{ "text": format!("data: {state}\n\n") }], "cut": "in_body" },
            { "on": "follow", "chunks": [{ "text": "data: hush_1\n\n" }] },
            { "on": "timeline", "status": 200, "body": [], "headers": { "set-cookie": "s=cookie_1" } },
        ] }))
        .await?;
    let lines = Lines::default();
    let _guard = tracing::subscriber::set_default(lines.clone());
    let client = Kernel::builder()
        .api_key("sk_test")
        .base_url(&world.base_url)
        .log_level("off")
        .build()?;
    let connections = client.auth().connections();

    let submit = || {
        connections
            .submit("ma_login")
            .field_values([("field_code", "value_1")])
            .fields([("code", "value_2")])
            .selected_choice_id("choice_1")
    };
    submit().await?;
    assert!(submit().await.is_err());
    let session = connections.exchange("ma_login", "handoff_1").await?;
    assert!(connections.exchange("ma_login", "handoff_1").await.is_err());
    let mut events = session.follow().await?;
    assert!(events.next().await.is_some_and(|event| event.is_ok()));
    assert!(events.next().await.is_some_and(|event| event.is_err()));
    connections.timeline("ma_login").await?;
    drop((session, events));

    let text = lines
        .0
        .lock()
        .map(|lines| lines.clone())
        .unwrap_or_default();
    for part in [
        "POST /auth/connections/ma_login/submit",
        "POST /auth/connections/ma_login/exchange",
        "GET /auth/connections/ma_login/events",
        "GET /auth/connections/ma_login/timeline",
        "202",
        "410",
        "503",
        "again",
    ] {
        assert!(text.contains(part), "{part} is missing in {text}");
    }
    for secret in [
        "sk_test",
        "value_1",
        "value_2",
        "handoff_1",
        "handoff_2",
        "jwt_1",
        "view_1",
        "new_1",
        "hush_1",
        "cookie_1",
    ] {
        assert!(!text.contains(secret), "{secret} shows in {text}");
    }
    world.close().await
}

#[tokio::test]
async fn a_whole_login_can_be_followed_and_what_was_entered_stays_out() -> Result<()> {
    let _alone = ALONE.lock().await;
    let control = Control::connect().await?;
    let connection = json!({
        "id": "ma_1",
        "script": "password_wrong_once",
        "answer": { "handoff_code": "handoff_1" },
        "managed_auth": { "live_view_url": "https://live.test.invalid/view_1" },
    });
    let world = control
        .open(&json!({ "connections": [connection] }))
        .await?;
    let lines = Lines::default();
    let _guard = tracing::subscriber::set_default(lines.clone());
    let client = Kernel::builder()
        .api_key("sk_test")
        .base_url(&world.base_url)
        .log_level("off")
        .build()?;
    let answer = || {
        let values = [
            ("field_email", "user@example.com"),
            ("field_password", "secret"),
        ];
        InputAnswer::default().field_values(values)
    };
    let inputs = Arc::new(Mutex::new(String::new()));
    let printed = Arc::clone(&inputs);
    let login = client.auth().connections().login_and_wait("ma_1");
    let login = login.on_input(move |request| {
        if let Ok(mut printed) = printed.lock() {
            printed.push_str(&format!("{request:?} {:?}", answer()));
        }
        async move { Ok::<_, kernel_client::Error>(answer()) }
    });
    let connection = login.await?;
    assert_eq!(connection.status, AuthStatus::Authenticated);

    let text = lines
        .0
        .lock()
        .map(|lines| lines.clone())
        .unwrap_or_default();
    let printed = inputs
        .lock()
        .map(|inputs| format!("{inputs} {connection:?}"))
        .unwrap_or_default();
    for (part, in_text) in [
        ("/ma_1/login", &text),
        ("/ma_1/submit", &text),
        ("field_password", &printed),
    ] {
        assert!(in_text.contains(part), "{part} is missing in {in_text}");
    }
    for secret in [
        "sk_test",
        "user@example.com",
        "secret",
        "handoff_1",
        "view_1",
    ] {
        assert!(!text.contains(secret), "{secret} shows in {text}");
        assert!(!printed.contains(secret), "{secret} shows in {printed}");
    }
    world.close().await
}

#[tokio::test]
async fn printed_values_keep_their_secrets() -> Result<()> {
    let _alone = ALONE.lock().await;
    let control = Control::connect().await?;
    let answer = json!({ "handoff_code": "handoff_1", "live_view_url": "https://live.test.invalid/view_1", "new": "new_1" });
    let world = control
        .open(&json!({ "faults": [{ "answer": answer }] }))
        .await?;
    let options = ClientOptions {
        api_key: Some("sk_test".into()),
        base_url: Some(Some(world.base_url.clone().into())),
        proxy: Some(None),
        default_headers: serde_json::from_value(json!({ "x-api-key": "header_1" }))?,
        default_query: serde_json::from_value(json!({ "code": "query_1" }))?,
        ..ClientOptions::default()
    };
    let mut printed = format!("{options:?}");
    let client = Kernel::new(options)?;
    let login = client
        .auth()
        .connections()
        .login("ma_login")
        .header("x-token", "header_2");
    write!(printed, "{client:?} {login:?}")?;
    let connections = client.auth().connections();
    let submit = connections
        .submit("ma_login")
        .field_values([("field_code", "value_1")]);
    let exchange = connections.exchange("ma_login", "handoff_2");
    write!(printed, "{submit:?} {exchange:?}")?;
    let login = login.send().await?;
    write!(printed, "{login:?}")?;
    for part in ["ma_login", "x-api-key", "***"] {
        assert!(printed.contains(part), "{part} is missing in {printed}");
    }
    for secret in [
        "sk_test",
        "header_1",
        "header_2",
        "query_1",
        "handoff_1",
        "handoff_2",
        "value_1",
        "view_1",
        "new_1",
    ] {
        assert!(!printed.contains(secret), "{secret} shows in {printed}");
    }
    assert_eq!(
        login
            .data
            .handoff_code
            .as_ref()
            .map(kernel_client::Secret::expose),
        Some("handoff_1")
    );
    world.close().await
}
