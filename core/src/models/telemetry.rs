//! What is captured of a browser session.

use macro_rules_attribute::apply;

/// What is captured of a browser session, and where it goes.
#[apply(params)]
pub struct BrowserTelemetry {
    /// What is captured, kind by kind, over the default set (captcha, connection, control, system).
    pub browser: Option<TelemetryCategories>,
    /// Whether anything is captured. False goes with no kinds beside it.
    pub enabled: Option<bool>,
    /// Where it is sent beside Kernel.
    pub export: Option<TelemetryExport>,
    /// Whether Kernel keeps it.
    pub storage: Option<TelemetryStorage>,
}

/// The kinds of telemetry. Those marked *on* are captured unless turned off, the rest only when turned on.
#[apply(params)]
pub struct TelemetryCategories {
    /// Captchas met and solved. On.
    pub captcha: Option<TelemetryCategory>,
    /// Clients that attach and leave. On.
    pub connection: Option<TelemetryCategory>,
    /// The page's console and uncaught exceptions.
    pub console: Option<TelemetryCategory>,
    /// What drives the browser. On.
    pub control: Option<TelemetryControl>,
    /// Clicks, keys and scrolling.
    pub interaction: Option<TelemetryCategory>,
    /// Requests and answers of the page; text bodies up to 8 KB.
    pub network: Option<TelemetryCategory>,
    /// Loading and navigation.
    pub page: Option<TelemetryCategory>,
    /// Calls that manage the machine the browser runs on.
    pub platform: Option<TelemetryCategory>,
    /// Pictures of the page at intervals.
    pub screenshot: Option<TelemetryCategory>,
    /// The health of the machine the browser runs on. On.
    pub system: Option<TelemetryCategory>,
}

/// One kind of telemetry.
#[apply(params)]
pub struct TelemetryCategory {
    /// Whether it is captured.
    pub enabled: Option<bool>,
}

impl From<bool> for TelemetryCategory {
    fn from(enabled: bool) -> Self {
        Self::default().enabled(enabled)
    }
}

/// The telemetry of what drives the browser.
#[apply(params)]
pub struct TelemetryControl {
    /// The commands of the Chrome `DevTools` Protocol.
    pub cdp: Option<TelemetryCdp>,
    /// Whether it is captured.
    pub enabled: Option<bool>,
}

/// Which commands of the Chrome `DevTools` Protocol are captured.
#[apply(params)]
pub struct TelemetryCdp {
    /// Methods that are not, for example `Input.dispatchMouseEvent`.
    pub excluded_methods: Option<Vec<String>>,
}

/// Where telemetry is sent beside Kernel.
#[apply(params)]
pub struct TelemetryExport {
    /// An OpenTelemetry endpoint of the organisation.
    pub otlp: Option<TelemetryOtlp>,
}

/// Export over OTLP.
#[apply(params)]
pub struct TelemetryOtlp {
    /// Where to; a destination turns the export on.
    pub destination: Option<TelemetryDestination>,
    /// Whether it is exported. The API refuses false beside a destination.
    pub enabled: Option<bool>,
}

/// An OTLP destination of the organisation, by id or by name.
#[apply(params)]
pub struct TelemetryDestination {
    /// The destination's id.
    pub id: Option<String>,
    /// The destination's name.
    pub name: Option<String>,
}

/// Whether Kernel keeps the telemetry.
#[apply(params)]
pub struct TelemetryStorage {
    /// The API's default is true; false needs an export.
    pub enabled: Option<bool>,
}
