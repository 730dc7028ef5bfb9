//! What the API takes and gives.
//!
//! Parameters are built by their setters from `default()`, or from `new` where something must be given; answers
//! are read. Texts that belong to a fixed set are enums with an `Unknown` value, since the API may add to the set.

mod browser;
mod browser_config;
mod connection;
mod context;
mod credential;
mod event;
mod flow;
mod input;
mod login;
mod login_return;
mod proxy;
mod session;
mod telemetry;
mod timeline;

pub use browser::{Browser, Region};
pub use browser_config::{
    BrowserProxyConfig, BrowserTelemetryCategoriesConfig, BrowserTelemetryCategoryConfig,
    BrowserTelemetryCdpConfig, BrowserTelemetryConfig, BrowserTelemetryControlConfig,
    BrowserTelemetryDestinationConfig, BrowserTelemetryExportConfig, BrowserTelemetryOtlpConfig,
    BrowserTelemetryStorageConfig, ManagedAuthBrowserConfig,
};
pub use connection::{
    AuthStatus, CanReauthReason, ConnectionCreateParams, ConnectionListParams,
    ConnectionUpdateParams, HealthCheckUnavailableReason, ManagedAuth,
};
pub use context::{
    AuthContext, Authentication, AuthenticationMethod, AuthenticationSource, Authorization,
    AuthorizationScope, Organization, Principal, PrincipalType,
};
pub use credential::{CredentialReference, ManagedAuthCredential};
pub use event::{
    ErrorEvent, ErrorModel, ManagedAuthEvent, ManagedAuthStateEvent, SSEHeartbeatEvent,
};
pub use flow::{
    ChoiceType, ConnectionSubmitParams, DiscoveredField, DiscoveredFieldType, FieldReason,
    FieldType, FlowStatus, FlowStep, InputMode, LoginErrorCode, ManagedAuthChoice,
    ManagedAuthField, MfaOption, MfaType, PendingSSOButton, SignInOption, SubmitFieldsResponse,
};
pub use input::{InputAnswer, InputRequest};
pub use login::{ConnectionLoginParams, FlowType, LoginResponse, SkillMode};
pub use login_return::LoginReturn;
pub use proxy::{BrowserProxy, Proxy, ProxyMode};
pub use session::ExchangeResponse;
pub use telemetry::{
    BrowserTelemetry, TelemetryCategories, TelemetryCategory, TelemetryCdp, TelemetryControl,
    TelemetryDestination, TelemetryExport, TelemetryOtlp, TelemetryStorage,
};
pub use timeline::{
    ConnectionTimelineParams, ManagedAuthTimelineEvent, TimelineStatus, TimelineStep, TimelineType,
};

use macro_rules_attribute::apply;

/// A call that takes no parameters.
#[apply(params)]
pub struct NoParams {}

/// Hands the names of everything that is told to another language to a macro.
#[cfg(any(feature = "describe", feature = "swift"))]
#[doc(hidden)]
#[macro_export]
macro_rules! each_model {
    ($then:ident) => {
        $then! {
            ConnectionCreateParams ConnectionUpdateParams ConnectionListParams CredentialReference
            ManagedAuth AuthStatus CanReauthReason HealthCheckUnavailableReason ManagedAuthCredential
            ManagedAuthBrowserConfig BrowserProxyConfig BrowserTelemetryConfig
            BrowserTelemetryCategoriesConfig BrowserTelemetryCategoryConfig
            BrowserTelemetryControlConfig BrowserTelemetryCdpConfig BrowserTelemetryExportConfig
            BrowserTelemetryOtlpConfig BrowserTelemetryDestinationConfig BrowserTelemetryStorageConfig
            ConnectionLoginParams LoginResponse FlowType SkillMode
            Browser Region BrowserProxy ProxyMode Proxy
            BrowserTelemetry TelemetryCategories TelemetryCategory TelemetryControl TelemetryCdp
            TelemetryExport TelemetryOtlp TelemetryDestination TelemetryStorage
            ConnectionSubmitParams SubmitFieldsResponse FlowStatus FlowStep LoginErrorCode
            ManagedAuthField FieldType FieldReason InputMode ManagedAuthChoice ChoiceType MfaType
            DiscoveredField DiscoveredFieldType MfaOption PendingSSOButton SignInOption
            ManagedAuthEvent ManagedAuthStateEvent ErrorEvent ErrorModel ErrorDetail SSEHeartbeatEvent
            ConnectionTimelineParams ManagedAuthTimelineEvent TimelineType TimelineStatus TimelineStep
            AuthContext Authentication AuthenticationMethod AuthenticationSource Authorization
            AuthorizationScope Organization Principal PrincipalType
            InputRequest InputAnswer LoginReturn
        }
    };
}

#[cfg(feature = "describe")]
pub(crate) fn shapes() -> Vec<crate::describe::Shape> {
    use crate::ErrorDetail;
    use crate::describe::Describe;
    macro_rules! shapes {
        ($($name:ident)*) => { vec![$( $name::SHAPE, )* ExchangeResponse::SHAPE, NoParams::SHAPE] };
    }
    each_model!(shapes)
}
