//! What the API takes and gives.
//!
//! Parameters are built by their setters from `default()`; answers are read. Texts that belong to a fixed set
//! are enums with an `Unknown` value, since the API may add to the set.

mod browser;
mod login;
mod proxy;
mod telemetry;

pub use browser::{Browser, Region};
pub use login::{ConnectionLoginParams, FlowType, LoginResponse, SkillMode};
pub use proxy::{BrowserProxy, Proxy, ProxyMode};
pub use telemetry::{
    BrowserTelemetry, TelemetryCategories, TelemetryCategory, TelemetryCdp, TelemetryControl,
    TelemetryDestination, TelemetryExport, TelemetryOtlp, TelemetryStorage,
};

#[cfg(feature = "describe")]
pub(crate) fn shapes() -> Vec<crate::describe::Shape> {
    use crate::describe::Describe;
    vec![
        ConnectionLoginParams::SHAPE,
        LoginResponse::SHAPE,
        FlowType::SHAPE,
        SkillMode::SHAPE,
        Browser::SHAPE,
        Region::SHAPE,
        BrowserProxy::SHAPE,
        ProxyMode::SHAPE,
        Proxy::SHAPE,
        BrowserTelemetry::SHAPE,
        TelemetryCategories::SHAPE,
        TelemetryCategory::SHAPE,
        TelemetryControl::SHAPE,
        TelemetryCdp::SHAPE,
        TelemetryExport::SHAPE,
        TelemetryOtlp::SHAPE,
        TelemetryDestination::SHAPE,
        TelemetryStorage::SHAPE,
    ]
}
