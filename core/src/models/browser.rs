//! The browser a login runs in.

use macro_rules_attribute::apply;

use super::{BrowserProxy, BrowserTelemetry};

/// The browser a login runs in. Whatever is left out is taken from the connection.
#[apply(params)]
pub struct Browser {
    /// How its traffic leaves.
    pub proxy: Option<BrowserProxy>,
    /// Where it runs. The API's default is `us-east`; others need a plan that has them.
    pub region: Option<Region>,
    /// Whether it hides that it is automated. The API's default is true.
    pub stealth: Option<bool>,
    /// What is captured of its session; null is passed on as null.
    pub telemetry: Option<Option<BrowserTelemetry>>,
}

/// Where a browser runs.
#[apply(string_enum)]
pub enum Region {
    /// The east of the United States.
    UsEast = "us-east",
    /// The west of the United States.
    UsWest = "us-west",
    /// The west of Europe.
    EuWest = "eu-west",
    /// South-east Asia and the Pacific.
    ApSoutheast = "ap-southeast",
}
