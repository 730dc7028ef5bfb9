//! The browser that a connection's logins run in, as the API tells it.

use macro_rules_attribute::apply;

use super::{ProxyMode, Region};

/// The browser that a connection's logins, reauthentications and health checks run in.
#[apply(model)]
pub struct ManagedAuthBrowserConfig {
    /// How its traffic leaves.
    pub proxy: Option<BrowserProxyConfig>,
    /// Where it runs.
    pub region: Option<Region>,
    /// Whether it hides that it is automated.
    pub stealth: Option<bool>,
    /// What is captured of its sessions.
    pub telemetry: Option<BrowserTelemetryConfig>,
}

/// How a browser's traffic leaves: a mode, or a proxy of the project.
#[apply(model)]
pub struct BrowserProxyConfig {
    /// No proxy of the project at all.
    pub mode: Option<ProxyMode>,
    /// The proxy's id.
    pub id: Option<String>,
    /// The proxy's name.
    pub name: Option<String>,
}

/// What is captured of a browser session, and where it goes.
#[apply(model)]
pub struct BrowserTelemetryConfig {
    /// What is captured, kind by kind.
    pub browser: Option<BrowserTelemetryCategoriesConfig>,
    /// Whether anything is captured.
    pub enabled: Option<bool>,
    /// Where it is sent beside Kernel.
    pub export: Option<BrowserTelemetryExportConfig>,
    /// Whether Kernel keeps it.
    pub storage: Option<BrowserTelemetryStorageConfig>,
}

/// The kinds of telemetry and whether each is captured.
#[apply(model)]
pub struct BrowserTelemetryCategoriesConfig {
    /// Captchas met and solved.
    pub captcha: Option<BrowserTelemetryCategoryConfig>,
    /// Clients that attach and leave.
    pub connection: Option<BrowserTelemetryCategoryConfig>,
    /// The page's console and uncaught exceptions.
    pub console: Option<BrowserTelemetryCategoryConfig>,
    /// What drives the browser.
    pub control: Option<BrowserTelemetryControlConfig>,
    /// Clicks, keys and scrolling.
    pub interaction: Option<BrowserTelemetryCategoryConfig>,
    /// Requests and answers of the page.
    pub network: Option<BrowserTelemetryCategoryConfig>,
    /// Loading and navigation.
    pub page: Option<BrowserTelemetryCategoryConfig>,
    /// Calls that manage the machine the browser runs on.
    pub platform: Option<BrowserTelemetryCategoryConfig>,
    /// Pictures of the page at intervals.
    pub screenshot: Option<BrowserTelemetryCategoryConfig>,
    /// The health of the machine the browser runs on.
    pub system: Option<BrowserTelemetryCategoryConfig>,
}

/// One kind of telemetry.
#[apply(model)]
pub struct BrowserTelemetryCategoryConfig {
    /// Whether it is captured.
    pub enabled: Option<bool>,
}

/// The telemetry of what drives the browser.
#[apply(model)]
pub struct BrowserTelemetryControlConfig {
    /// The commands of the Chrome `DevTools` Protocol.
    pub cdp: Option<BrowserTelemetryCdpConfig>,
    /// Whether it is captured.
    pub enabled: Option<bool>,
}

/// Which commands of the Chrome `DevTools` Protocol are captured.
#[apply(model)]
pub struct BrowserTelemetryCdpConfig {
    /// The methods that are not.
    pub excluded_methods: Option<Vec<String>>,
}

/// Where telemetry is sent beside Kernel.
#[apply(model)]
pub struct BrowserTelemetryExportConfig {
    /// Over OTLP.
    pub otlp: Option<BrowserTelemetryOtlpConfig>,
}

/// The export of telemetry over OTLP.
#[apply(model)]
pub struct BrowserTelemetryOtlpConfig {
    /// Where to.
    pub destination: Option<BrowserTelemetryDestinationConfig>,
    /// Whether it is sent.
    pub enabled: Option<bool>,
}

/// An OTLP destination of the organization.
#[apply(model)]
pub struct BrowserTelemetryDestinationConfig {
    /// Its id.
    pub id: Option<String>,
    /// Its name.
    pub name: Option<String>,
}

/// Whether Kernel keeps telemetry.
#[apply(model)]
pub struct BrowserTelemetryStorageConfig {
    /// Whether it does.
    pub enabled: Option<bool>,
}
