//! What programs written for the vendor's Node package call the types, and which of their fields it says may be null.

use std::fmt::Write as _;

/// Names of types: ours, and the other.
type Names = &'static [(&'static str, &'static str)];

const ALIASES: Names = &[
    ("ConnectionCreateParams", "ManagedAuthCreateRequest"),
    ("ConnectionUpdateParams", "ManagedAuthUpdateRequest"),
    ("ConnectionSubmitParams", "SubmitFieldsRequest"),
    ("ManagedAuthEvent", "ConnectionFollowResponse"),
    ("SSEHeartbeatEvent", "HeartbeatEvent"),
];

/// Namespaces, and what is in them.
const NAMESPACES: &[(&[&str], Names)] = &[
    (&["Auth"], &[("Connections", "Connections")]),
    (
        &["Auth", "Connections"],
        &[
            ("LoginResponse", "LoginResponse"),
            ("ManagedAuth", "ManagedAuth"),
            ("ManagedAuthCreateRequest", "ManagedAuthCreateRequest"),
            ("ManagedAuthTimelineEvent", "ManagedAuthTimelineEvent"),
            ("ManagedAuthUpdateRequest", "ManagedAuthUpdateRequest"),
            ("SubmitFieldsRequest", "SubmitFieldsRequest"),
            ("SubmitFieldsResponse", "SubmitFieldsResponse"),
            ("ConnectionFollowResponse", "ConnectionFollowResponse"),
            (
                "ManagedAuthsOffsetPagination",
                "ManagedAuthsOffsetPagination",
            ),
            (
                "ManagedAuthTimelineEventsOffsetPagination",
                "ManagedAuthTimelineEventsOffsetPagination",
            ),
            ("ConnectionCreateParams", "ConnectionCreateParams"),
            ("ConnectionUpdateParams", "ConnectionUpdateParams"),
            ("ConnectionListParams", "ConnectionListParams"),
            ("ConnectionLoginParams", "ConnectionLoginParams"),
            ("ConnectionSubmitParams", "ConnectionSubmitParams"),
            ("ConnectionTimelineParams", "ConnectionTimelineParams"),
        ],
    ),
    (
        &["ManagedAuth"],
        &[
            ("BrowserTelemetryConfig", "BrowserTelemetry"),
            ("ManagedAuthCredential", "Credential"),
        ],
    ),
    (
        &["ManagedAuth", "ManagedAuthStateEvent"],
        &[
            ("ManagedAuthChoice", "Choice"),
            ("DiscoveredField", "DiscoveredField"),
            ("ManagedAuthField", "Field"),
            ("MfaOption", "MfaOption"),
            ("PendingSSOButton", "PendingSSOButton"),
            ("SignInOption", "SignInOption"),
        ],
    ),
    (
        &[
            "ManagedAuthCreateRequest",
            "ManagedAuthUpdateRequest",
            "ConnectionCreateParams",
            "ConnectionUpdateParams",
        ],
        &[("CredentialReference", "Credential")],
    ),
    (
        &[
            "ManagedAuthCreateRequest",
            "ManagedAuthUpdateRequest",
            "ConnectionCreateParams",
            "ConnectionUpdateParams",
            "ConnectionLoginParams",
        ],
        &[("BrowserTelemetry", "BrowserTelemetry"), ("Proxy", "Proxy")],
    ),
    (
        &["ConnectionFollowResponse"],
        &[("ManagedAuthStateEvent", "ManagedAuthStateEvent")],
    ),
];

/// Fields of answers that the API may write as null where it has nothing to say. Other languages see no difference
/// between that and nothing; here the answer is what the API wrote.
const NULLABLE: &[(&str, &[&str])] = &[
    (
        "ManagedAuth",
        &[
            "browser_session_id",
            "browser_telemetry",
            "choices",
            "discovered_fields",
            "error_code",
            "error_message",
            "external_action_message",
            "fields",
            "flow_expires_at",
            "flow_status",
            "flow_step",
            "flow_type",
            "health_check_interval",
            "hosted_url",
            "interaction_id",
            "live_view_url",
            "mfa_options",
            "pending_sso_buttons",
            "sign_in_options",
            "sso_provider",
            "website_error",
        ],
    ),
    ("ManagedAuthChoice", &["description", "observed_selector"]),
    ("ManagedAuthField", &["observed_selector"]),
    ("DiscoveredField", &["linked_mfa_type"]),
    ("MfaOption", &["description", "target"]),
    ("SignInOption", &["description"]),
];

pub(super) fn is_nullable(model: &str, field: &str) -> bool {
    let fields = NULLABLE.iter().find(|(name, _)| *name == model);
    fields.is_some_and(|(_, fields)| fields.contains(&field))
}

/// The other names, as declarations.
pub(super) fn names(out: &mut String) {
    out.push_str("\n// The names that programs written for `@onkernel/sdk` use.\n\n");
    for (ours, theirs) in ALIASES {
        let _ = writeln!(out, "export type {theirs} = {ours};");
    }
    let mut seen: Vec<&str> = Vec::new();
    for (names, _) in NAMESPACES {
        for name in *names {
            if !seen.contains(name) {
                seen.push(name);
                namespace(out, name);
            }
        }
    }
}

fn namespace(out: &mut String, namespace: &str) {
    let _ = writeln!(
        out,
        "\nexport declare namespace {namespace} {{\n  export {{"
    );
    let within = NAMESPACES
        .iter()
        .filter(|(names, _)| names.contains(&namespace));
    for (ours, theirs) in within.flat_map(|(_, members)| *members) {
        let renamed = if ours == theirs {
            String::new()
        } else {
            format!(" as {theirs}")
        };
        let _ = writeln!(out, "    type {ours}{renamed},");
    }
    out.push_str("  };\n}\n");
}
