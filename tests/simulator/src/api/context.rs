//! Who the caller is.

use hyper::StatusCode;
use serde_json::json;

use super::{Call, Outcome, access};

pub(super) fn retrieve(call: &Call<'_>) -> Outcome {
    let headers = &call.head.headers;
    let key = access::bearer(headers).unwrap_or_default();
    let id = format!("key_{}", key.trim_start_matches("sk_"));
    let mut scope = json!({});
    let project = headers.get("x-kernel-project-id");
    if let Some(project) = project.and_then(|project| project.to_str().ok()) {
        scope = json!({ "project_id": project });
    }
    Outcome::Json(
        StatusCode::OK,
        json!({
            "authentication": { "method": "api_key", "source": "api_key", "credential_id": id },
            "authorization": { "credential_scope": {}, "effective_scope": scope },
            "organization": { "id": "org_simulator" },
            "principal": { "id": id, "type": "api_key" },
        }),
    )
}
