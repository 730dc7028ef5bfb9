//! A connection as the API answers it.

use serde_json::{Map, Value, json};

use super::put_over;
use crate::clock;
use crate::connection::Connection;
use crate::edition::Edition;

/// What a connection says of a login when there has never been one.
const NO_FLOW: [&str; 15] = [
    "flow_status",
    "flow_step",
    "flow_type",
    "fields",
    "choices",
    "discovered_fields",
    "mfa_options",
    "sign_in_options",
    "pending_sso_buttons",
    "external_action_message",
    "website_error",
    "error_code",
    "error_message",
    "live_view_url",
    "hosted_url",
];

/// A connection as `retrieve` answers it.
pub(crate) fn managed_auth(connection: &Connection, edition: Edition) -> Value {
    let seed = connection.seed();
    let (can_reauth, reason) = connection.can_reauth();
    let mut map = Map::new();
    let mut put = |name: &str, value: Value| map.insert(name.to_owned(), value);
    put("id", json!(seed.id));
    put("profile_name", json!(seed.profile_name));
    put("domain", json!(seed.domain));
    put("status", json!(connection.status().name()));
    put("can_reauth", json!(can_reauth));
    put("can_reauth_reason", json!(reason));
    if let Some(at) = connection.last_check() {
        put("last_auth_check_at", json!(clock::text(at)));
        put("last_auth_at", json!(clock::text(at)));
    }
    let newer = ["browser", "browser_telemetry"];
    let settings = seed.settings.iter();
    for (name, value) in
        settings.filter(|(name, _)| edition.is_newest() || !newer.contains(&name.as_str()))
    {
        match name.as_str() {
            "proxy" => put("proxy_id", proxy_id(value)),
            name => put(name, value.clone()),
        };
    }
    match connection.flow() {
        None => {
            for name in NO_FLOW {
                put(name, Value::Null);
            }
        }
        Some(flow) => {
            let never_null = ["interaction_id", "post_login_url"];
            for (name, value) in flow.details() {
                if !(value.is_null() && never_null.contains(&name.as_str())) {
                    put(name, value.clone());
                }
            }
        }
    }
    let running = connection.flow().filter(|flow| !flow.is_over());
    let expires_at = running.map(|flow| clock::text(flow.expires_at()));
    put("flow_expires_at", json!(expires_at));
    let browser = running.map(|flow| &flow.links().browser_session_id);
    put("browser_session_id", json!(browser));
    let provider = connection.flow().and_then(|flow| flow.sso_provider());
    put("sso_provider", json!(provider));
    if let Some(url) = connection.post_login_url() {
        put("post_login_url", json!(url));
    }
    let mut value = Value::Object(map);
    put_over(&mut value, seed.overlay.as_ref());
    value
}

/// The id behind a reference to a proxy; one that is named is made up.
fn proxy_id(proxy: &Value) -> Value {
    match (proxy.get("id"), proxy.get("name")) {
        (Some(id), _) => id.clone(),
        (None, name) => json!(format!(
            "proxy_{}",
            name.and_then(Value::as_str).unwrap_or_default()
        )),
    }
}
