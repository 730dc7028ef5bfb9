//! Making, reading, changing, listing and removing connections.

use serde_json::{Value, json};

use crate::client::{Answer, World, start};

const PATH: &str = "/auth/connections";

fn refusal(answer: &Answer) -> (u16, Value) {
    (answer.status, answer.json()["code"].clone())
}

#[test]
fn a_new_connection_has_its_defaults() {
    let simulator = start();
    let world = World::open(&simulator, &json!({}));
    let answer = world.post(
        PATH,
        &json!({"domain": "netflix.com", "profile_name": "me"}),
    );
    assert_eq!(answer.status, 201);
    let made = answer.json();
    for (name, value) in [
        ("domain", json!("netflix.com")),
        ("profile_name", json!("me")),
        ("status", json!("NEEDS_AUTH")),
        ("health_check_interval", json!(3600)),
        ("health_checks", json!(true)),
        ("auto_reauth", json!(true)),
        ("save_credentials", json!(true)),
        ("record_session", json!(false)),
        ("can_reauth", json!(false)),
        ("can_reauth_reason", json!("no_prior_successful_login")),
        ("flow_status", Value::Null),
        ("hosted_url", Value::Null),
        ("fields", Value::Null),
    ] {
        assert_eq!(made[name], value, "{name}");
    }
    for name in [
        "login_url",
        "proxy_id",
        "last_auth_check_at",
        "interaction_id",
        "post_login_url",
    ] {
        assert_eq!(made.get(name), None, "{name}");
    }
    assert_eq!(world.retrieve(made["id"].as_str().unwrap()), made);
}

#[test]
fn a_connection_keeps_what_it_was_given() {
    let simulator = start();
    let world = World::open(&simulator, &json!({}));
    let made = world.post(
        PATH,
        &json!({
            "domain": "netflix.com", "profile_name": "me", "login_url": "https://netflix.com/login",
            "allowed_domains": ["login.netflix.com"], "credential": {"provider": "1p", "auto": true},
            "health_check_interval": 300, "health_checks": false, "proxy": {"id": "px"},
            "browser": {"region": "us-east", "proxy": {"mode": "direct"}}, "browser_telemetry": null,
        }),
    );
    assert_eq!(made.status, 201, "{}", made.json());
    let made = made.json();
    assert_eq!(made["credential"], json!({"provider": "1p", "auto": true}));
    assert_eq!(made["proxy_id"], "px");
    assert_eq!(made.get("proxy"), None);
    assert_eq!(made["browser"]["region"], "us-east");
    assert_eq!(made["health_check_interval"], 300);
    assert_eq!(made.get("browser_telemetry"), None);
}

#[test]
fn a_second_connection_for_the_same_profile_and_domain_is_in_conflict() {
    let simulator = start();
    let world = World::open(&simulator, &json!({}));
    let body = json!({"domain": "netflix.com", "profile_name": "me"});
    let id = world.post(PATH, &body).json()["id"].clone();
    let again = world.post(PATH, &body);
    assert_eq!(refusal(&again), (409, json!("already_exists")));
    assert_eq!(again.json()["existing_id"], id);
    let other = json!({"domain": "netflix.com", "profile_name": "you"});
    assert_eq!(world.post(PATH, &other).status, 201);
}

#[test]
fn bodies_that_cannot_be_meant_are_refused() {
    let simulator = start();
    let world = World::open(&simulator, &json!({}));
    let create = |extra: &Value| {
        let mut body = json!({"domain": "netflix.com", "profile_name": "me"});
        for (name, value) in extra.as_object().unwrap() {
            body[name] = value.clone();
        }
        world.post(PATH, &body)
    };
    let update = |body: &Value| world.call("PATCH", "/auth/connections/ma_login", body);
    for (extra, complaint) in [
        (json!({"new": 1}), "new is not a known field"),
        (json!({"login_url": "netflix"}), "login_url must be a URL"),
        (json!({"login_url": null}), "login_url must be a string"),
        (json!({"health_check_interval": 299}), "from 300 to 86400"),
        (json!({"health_check_interval": 86401}), "from 300 to 86400"),
        (json!({"health_check_interval": 300.5}), "a whole number"),
        (json!({"health_check_interval": "300"}), "a whole number"),
        (json!({"proxy": {}}), "proxy needs exactly one of id, name"),
        (
            json!({"proxy": {"id": "a", "name": "b"}}),
            "exactly one of id, name",
        ),
        (json!({"credential": {}}), "credential needs either name"),
        (
            json!({"credential": {"provider": "1p"}}),
            "credential needs either",
        ),
        (
            json!({"credential": {"name": "a", "path": "b"}}),
            "credential needs either",
        ),
        (
            json!({"allowed_domains": [1]}),
            "allowed_domains[0] must be a string",
        ),
        (
            json!({"browser": {"region": "moon"}}),
            "browser.region must be one of",
        ),
        (
            json!({"browser": {"proxy": {"mode": "direct", "id": "a"}}}),
            "exactly one of mode",
        ),
        (
            json!({"auto_reauth": "yes"}),
            "auto_reauth must be a boolean",
        ),
    ] {
        for answer in [create(&extra), update(&extra)] {
            assert_eq!(refusal(&answer), (400, json!("bad_request")), "{extra}");
            let message = answer.json()["message"].as_str().unwrap().to_owned();
            assert!(message.contains(complaint), "{extra}: {message}");
        }
    }
    assert_eq!(create(&json!({"domain": " "})).status, 400);
    assert_eq!(
        world.post(PATH, &json!({"domain": "netflix.com"})).status,
        400
    );
    assert_eq!(world.post(PATH, &Value::Null).status, 400);
    assert_eq!(update(&Value::Null).status, 400);
    let most = json!({"domain": "a.com", "profile_name": "b", "health_check_interval": 86400.0});
    assert_eq!(world.post(PATH, &most).status, 201);
}

#[test]
fn an_update_changes_what_it_names() {
    let simulator = start();
    let settings = json!({
        "login_url": "https://example.com/login", "health_check_interval": 600,
        "browser": {"region": "us-east", "stealth": false}, "browser_telemetry": {"enabled": true},
    });
    let world = World::open(
        &simulator,
        &json!({"connections": [{"id": "ma_1", "settings": settings}]}),
    );
    let update = |body: Value| world.call("PATCH", "/auth/connections/ma_1", &body).json();
    let before = world.retrieve("ma_1");
    assert_eq!(update(json!({})), before);
    let changed = update(json!({"browser": {"stealth": true}, "record_session": true}));
    assert_eq!(
        changed["browser"],
        json!({"region": "us-east", "stealth": true})
    );
    assert_eq!(changed["login_url"], before["login_url"]);
    assert_eq!(changed["record_session"], true);
    let cleared = update(json!({"login_url": "", "browser_telemetry": null}));
    assert_eq!(cleared.get("login_url"), None);
    assert_eq!(cleared.get("browser_telemetry"), None);
    assert_eq!(cleared["health_check_interval"], 600);
    assert_eq!(world.retrieve("ma_1"), cleared);
}

#[test]
fn a_list_comes_in_pages() {
    let simulator = start();
    let connections: Vec<_> = (0..5)
        .map(|number| json!({"id": format!("ma_{number}")}))
        .collect();
    let world = World::open(&simulator, &json!({ "connections": connections }));
    let page = |query: &str| {
        let answer = world.get(&format!("{PATH}?{query}"));
        assert_eq!(answer.status, 200);
        let ids = answer.json();
        let ids = ids.as_array().unwrap().iter();
        let ids: Vec<_> = ids
            .map(|one| one["id"].as_str().unwrap().to_owned())
            .collect();
        let header = |name| answer.header(name).unwrap().to_owned();
        (ids, header("x-has-more"), header("x-next-offset"))
    };
    let all = ["ma_0", "ma_1", "ma_2", "ma_3", "ma_4"];
    let expect = |query: &str, ids: &[&str], more: &str, next: &str| {
        let ids = ids.iter().map(|id| (*id).to_owned()).collect();
        assert_eq!(
            page(query),
            (ids, more.to_owned(), next.to_owned()),
            "{query}"
        );
    };
    expect("", &all, "false", "0");
    expect("limit=2", &all[..2], "true", "2");
    expect("limit=2&offset=2", &all[2..4], "true", "4");
    expect("limit=2&offset=4", &all[4..], "false", "0");
    expect("limit=1&offset=4", &all[4..], "false", "0");
    expect("offset=99", &[], "false", "0");
    expect("query=MA_3", &["ma_3"], "false", "0");
    for query in [
        "limit=0",
        "limit=101",
        "limit=x",
        "limit=-1",
        "offset=-1",
        "offset=1.5",
    ] {
        assert_eq!(world.get(&format!("{PATH}?{query}")).status, 400, "{query}");
    }
    assert_eq!(
        world
            .get(&format!("{PATH}?limit=100&limit=&offset="))
            .status,
        200
    );
}

#[test]
fn a_list_is_filtered() {
    let simulator = start();
    let world = World::open(
        &simulator,
        &json!({"connections": [
            {"id": "ma_1", "domain": "netflix.com", "profile_name": "my profile"},
            {"id": "ma_2", "domain": "netflix.com", "profile_name": "yours"},
            {"id": "ma_3", "domain": "github.com", "profile_name": "my profile"},
        ]}),
    );
    let ids = |query: &str| {
        let list = world.get(&format!("{PATH}?{query}")).json();
        let list = list.as_array().unwrap().iter();
        let ids: Vec<_> = list
            .map(|one| one["id"].as_str().unwrap().to_owned())
            .collect();
        ids.join(" ")
    };
    assert_eq!(ids("domain=netflix.com"), "ma_1 ma_2");
    assert_eq!(ids("domain=netflix"), "");
    assert_eq!(ids("profile_name=my%20profile"), "ma_1 ma_3");
    assert_eq!(ids("profile_name=my+profile&domain=github.com"), "ma_3");
    assert_eq!(ids("query=Git"), "ma_3");
    assert_eq!(ids("query=your"), "ma_2");
    assert_eq!(ids("query=&domain="), "ma_1 ma_2 ma_3");
}

#[test]
fn a_deleted_connection_is_gone() {
    let simulator = start();
    let world = World::open(&simulator, &json!({}));
    let delete = || world.call("DELETE", "/auth/connections/ma_login", &Value::Null);
    let answer = delete();
    assert_eq!((answer.status, answer.body.len()), (204, 0));
    assert_eq!(refusal(&delete()), (404, json!("not_found")));
    for (method, path) in [
        ("GET", ""),
        ("PATCH", ""),
        ("POST", "/login"),
        ("POST", "/submit"),
        ("POST", "/exchange"),
        ("GET", "/events"),
        ("GET", "/timeline"),
    ] {
        let path = format!("/auth/connections/ma_login{path}");
        assert_eq!(
            world.call(method, &path, &json!({})).status,
            404,
            "{method} {path}"
        );
    }
}

#[test]
fn methods_that_do_not_exist_are_told_from_those_that_do() {
    let simulator = start();
    let world = World::open(&simulator, &json!({}));
    for (method, path, allow) in [
        ("PUT", "", "GET, POST"),
        ("POST", "/ma_login", "GET, PATCH, DELETE"),
        ("GET", "/ma_login/login", "POST"),
        ("POST", "/ma_login/events", "GET"),
        ("DELETE", "/ma_login/timeline", "GET"),
    ] {
        let answer = world.call(method, &format!("{PATH}{path}"), &Value::Null);
        assert_eq!(
            (answer.status, answer.header("allow")),
            (405, Some(allow)),
            "{method} {path}"
        );
    }
    for path in [
        "/",
        "//login",
        "/ma_login/",
        "/ma_login/loginx",
        "/ma_login/login/x",
    ] {
        assert_eq!(world.get(&format!("{PATH}{path}")).status, 404, "{path}");
    }
}

#[test]
fn the_read_only_key_reads_only() {
    let simulator = start();
    let world = World::open(&simulator, &json!({}));
    let status = |method: &str, path: &str| {
        let path = format!("/auth{path}");
        world
            .call_as("sk_readonly", method, &path, &json!({}))
            .status
    };
    for path in [
        "/connections",
        "/connections/ma_login",
        "/context",
        "/connections/ma_login/timeline",
    ] {
        assert_eq!(status("GET", path), 200, "{path}");
    }
    for (method, path) in [
        ("POST", "/connections"),
        ("PATCH", "/connections/ma_login"),
        ("DELETE", "/connections/ma_login"),
        ("POST", "/connections/ma_login/login"),
        ("POST", "/connections/ma_login/submit"),
    ] {
        assert_eq!(status(method, path), 403, "{method} {path}");
    }
    assert_eq!(
        world.call_as("sk_other", "GET", PATH, &Value::Null).status,
        401
    );
}

#[test]
fn the_context_tells_who_calls() {
    let simulator = start();
    let world = World::open(&simulator, &json!({}));
    let context = world.get("/auth/context").json();
    assert_eq!(context["authentication"]["method"], "api_key");
    assert_eq!(context["principal"]["type"], "api_key");
    assert_eq!(context["authorization"]["effective_scope"], json!({}));
    let headers = [
        "authorization: Bearer sk_test",
        "x-kernel-project-id: proj_1",
    ];
    let scoped = crate::client::call(&world.base_url, "GET", "/auth/context", &headers, b"").json();
    assert_eq!(
        scoped["authorization"]["effective_scope"]["project_id"],
        "proj_1"
    );
}

#[test]
fn a_connection_shows_what_the_world_puts_over_it() {
    let simulator = start();
    let world = World::open(
        &simulator,
        &json!({
            "connections": [{"id": "ma_1", "managed_auth": {"status": "DREAMING", "new": [1], "domain": null}}],
            "faults": [{"on": "list", "answer": {"newer": 2}}],
        }),
    );
    let one = world.retrieve("ma_1");
    assert_eq!(
        (&one["status"], &one["new"]),
        (&json!("DREAMING"), &json!([1]))
    );
    assert_eq!(one.get("domain"), None);
    let list = world.get(PATH).json();
    assert_eq!(
        (&list[0]["new"], &list[0]["newer"]),
        (&json!([1]), &json!(2))
    );
}
