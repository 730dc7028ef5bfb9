//! What browsers ask for: the hosted page, and leave to call from other origins.

use serde_json::json;

use crate::client::{World, call, start};

const ORIGIN: &str = "origin: https://app.test";

#[test]
fn the_page_is_at_the_hosted_url() {
    let simulator = start();
    let connections = json!([{"id": "a/b ü", "script": "password"}]);
    let world = World::open(
        &simulator,
        &json!({"connections": connections, "faults": [{"status": 500}, {"pass": true}]}),
    );
    let get = |path: &str| call(&world.base_url, "GET", path, &[], b"");
    assert_eq!(get("/auth/connections").status, 500);
    let login = world.start_login("a%2Fb%20%C3%BC");
    let url = login["hosted_url"].as_str().unwrap();
    let path = url.strip_prefix(&world.base_url).unwrap();
    assert!(path.starts_with("/login/a%2Fb%20%C3%BC?code="), "{path}");
    let page = get(path);
    assert_eq!(
        page.header("content-type"),
        Some("text/html; charset=utf-8")
    );
    let html = String::from_utf8(page.body).unwrap();
    for part in ["login.css", "login.js"] {
        assert!(html.contains(part), "{part}");
    }
    for (name, media) in [("login.css", "text/css"), ("login.js", "text/javascript")] {
        let part = get(&format!("/login/{name}"));
        assert_eq!(part.status, 200);
        assert!(part.header("content-type").unwrap().starts_with(media));
        assert!(!part.body.is_empty());
    }
    assert_eq!(
        call(&world.base_url, "POST", "/login/ma_1", &[], b"").status,
        405
    );
    assert_eq!(get("/login/").status, 404);
    assert_eq!(get("/login/a/b").status, 404);
}

#[test]
fn every_part_of_the_page_is_served() {
    let simulator = start();
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("page");
    for file in std::fs::read_dir(folder).unwrap() {
        let file = file.unwrap();
        let path = format!("/login/{}", file.file_name().to_str().unwrap());
        let served = call(simulator.address(), "GET", &path, &[], b"");
        assert_eq!(served.body, std::fs::read(file.path()).unwrap(), "{path}");
    }
}

#[test]
fn pages_of_other_origins_may_call() {
    let simulator = start();
    let world = World::open(&simulator, &json!({"faults": [{"status": 503}]}));
    let ask = [
        ORIGIN,
        "access-control-request-method: POST",
        "access-control-request-headers: authorization, content-type",
    ];
    let path = "/auth/connections/ma_login/submit";
    let leave = call(&world.base_url, "OPTIONS", path, &ask, b"");
    assert_eq!(leave.status, 204, "no fault gets in the way");
    assert_eq!(
        leave.header("access-control-allow-origin"),
        Some("https://app.test")
    );
    assert_eq!(
        leave.header("access-control-allow-headers"),
        Some("authorization, content-type")
    );
    assert!(
        leave
            .header("access-control-allow-methods")
            .unwrap()
            .contains("POST")
    );

    let headers = [ORIGIN, "authorization: Bearer sk_test"];
    for status in [503, 200] {
        let answer = call(&world.base_url, "GET", "/auth/connections", &headers, b"");
        assert_eq!(answer.status, status);
        assert_eq!(
            answer.header("access-control-allow-origin"),
            Some("https://app.test")
        );
        assert!(
            answer
                .header("access-control-expose-headers")
                .unwrap()
                .contains("x-has-more")
        );
        assert_eq!(answer.header("vary"), Some("origin"));
    }
    assert_eq!(
        world
            .get("/auth/connections")
            .header("access-control-allow-origin"),
        None
    );
    assert_eq!(call(&world.base_url, "OPTIONS", path, &[], b"").status, 405);
}
