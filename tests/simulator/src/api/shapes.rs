//! The bodies that the operations take.

use crate::edition::Edition;
use crate::schema::{Object, Rule, Shape};

/// A body in the newest API, and in that of July 2026.
pub(crate) struct Body {
    newest: Object,
    july_2026: Object,
}

impl Body {
    pub(crate) fn of(&self, edition: Edition) -> &Object {
        match edition {
            Edition::Newest => &self.newest,
            Edition::July2026 => &self.july_2026,
        }
    }
}

/// Makes both objects of a body; the fields after `newer` are the newest API's only.
macro_rules! body {
    (
        required $required:expr;
        $($name:literal: $shape:expr),*;
        newer $($newer:literal: $new_shape:expr),*
    ) => {
        Body {
            newest: Object {
                fields: &[$(($name, $shape),)* $(($newer, $new_shape),)*],
                required: $required,
                rule: Rule::Any,
            },
            july_2026: Object {
                fields: &[$(($name, $shape),)*],
                required: $required,
                rule: Rule::Any,
            },
        }
    };
}

const INTERVAL: Shape = Shape::Integer(300, 86_400);

pub(crate) static CREATE: Body = body!(
    required &["domain", "profile_name"];
    "domain": Shape::Name,
    "profile_name": Shape::Name,
    "login_url": Shape::Url,
    "proxy": Shape::Object(&PROXY),
    "credential": Shape::Object(&CREDENTIAL),
    "allowed_domains": Shape::List(&Shape::Text),
    "health_check_interval": INTERVAL,
    "health_checks": Shape::Boolean,
    "auto_reauth": Shape::Boolean,
    "save_credentials": Shape::Boolean,
    "record_session": Shape::Boolean;
    newer
    "browser": Shape::Object(&BROWSER),
    "browser_telemetry": Shape::ObjectOrNull(&TELEMETRY)
);

pub(crate) static UPDATE: Body = body!(
    required &[];
    "login_url": Shape::UrlOrEmpty,
    "proxy": Shape::Object(&PROXY),
    "credential": Shape::Object(&CREDENTIAL),
    "allowed_domains": Shape::List(&Shape::Text),
    "health_check_interval": INTERVAL,
    "health_checks": Shape::Boolean,
    "auto_reauth": Shape::Boolean,
    "save_credentials": Shape::Boolean,
    "record_session": Shape::Boolean;
    newer
    "browser": Shape::Object(&BROWSER),
    "browser_telemetry": Shape::ObjectOrNull(&TELEMETRY)
);

pub(crate) static LOGIN: Body = body!(
    required &[];
    "proxy": Shape::Object(&PROXY),
    "record_session": Shape::Boolean;
    newer
    "browser": Shape::Object(&BROWSER),
    "browser_telemetry": Shape::ObjectOrNull(&TELEMETRY),
    "skill_mode": Shape::Word(&["enabled", "disabled"])
);

pub(crate) static SUBMIT: Body = body!(
    required &[];
    "field_values": Shape::Texts,
    "selected_choice_id": Shape::Text,
    "fields": Shape::Texts,
    "mfa_option_id": Shape::Text,
    "sign_in_option_id": Shape::Text,
    "sso_button_selector": Shape::Text,
    "sso_provider": Shape::Text;
    newer
    "interaction_id": Shape::Text
);

pub(crate) static EXCHANGE: Body = body!(
    required &["code"];
    "code": Shape::Text;
    newer
);

static PROXY: Object = Object {
    fields: &[("id", Shape::Text), ("name", Shape::Text)],
    required: &[],
    rule: Rule::ExactlyOne(&["id", "name"]),
};

static CREDENTIAL: Object = Object {
    fields: &[
        ("name", Shape::Name),
        ("provider", Shape::Name),
        ("path", Shape::Name),
        ("auto", Shape::Boolean),
    ],
    required: &[],
    rule: Rule::OneSet(&[&["name"], &["provider", "path"], &["provider", "auto"]]),
};

static BROWSER: Object = plain(&[
    ("proxy", Shape::Object(&BROWSER_PROXY)),
    (
        "region",
        Shape::Word(&["us-east", "us-west", "eu-west", "ap-southeast"]),
    ),
    ("stealth", Shape::Boolean),
    ("telemetry", Shape::ObjectOrNull(&TELEMETRY)),
]);

static BROWSER_PROXY: Object = Object {
    fields: &[
        ("id", Shape::Text),
        ("mode", Shape::Word(&["direct", "default"])),
        ("name", Shape::Text),
    ],
    required: &[],
    rule: Rule::ExactlyOne(&["mode", "id", "name"]),
};

static TELEMETRY: Object = plain(&[
    ("browser", Shape::Object(&CATEGORIES)),
    ("enabled", Shape::Boolean),
    ("export", Shape::Object(&EXPORT)),
    ("storage", Shape::Object(&SWITCH)),
]);

static CATEGORIES: Object = plain(&[
    ("captcha", Shape::Object(&SWITCH)),
    ("connection", Shape::Object(&SWITCH)),
    ("console", Shape::Object(&SWITCH)),
    ("control", Shape::Object(&CONTROL)),
    ("interaction", Shape::Object(&SWITCH)),
    ("network", Shape::Object(&SWITCH)),
    ("page", Shape::Object(&SWITCH)),
    ("platform", Shape::Object(&SWITCH)),
    ("screenshot", Shape::Object(&SWITCH)),
    ("system", Shape::Object(&SWITCH)),
]);

static SWITCH: Object = plain(&[("enabled", Shape::Boolean)]);

static CONTROL: Object = plain(&[("cdp", Shape::Object(&CDP)), ("enabled", Shape::Boolean)]);

static CDP: Object = plain(&[("excluded_methods", Shape::List(&Shape::Text))]);

static EXPORT: Object = plain(&[("otlp", Shape::Object(&OTLP))]);

static OTLP: Object = plain(&[
    ("destination", Shape::Object(&PROXY)),
    ("enabled", Shape::Boolean),
]);

/// An object in which nothing is required and everything goes together.
const fn plain(fields: &'static [(&'static str, Shape)]) -> Object {
    Object {
        fields,
        required: &[],
        rule: Rule::Any,
    }
}
