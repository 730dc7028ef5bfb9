//! A login flow: how it stands, what it waits for, and what is submitted to it.

use macro_rules_attribute::apply;

use crate::FieldValues;

/// How a flow stands.
#[apply(string_enum)]
pub enum FlowStatus {
    /// It runs.
    InProgress = "IN_PROGRESS",
    /// The profile is signed in.
    Success = "SUCCESS",
    /// It could not sign in.
    Failed = "FAILED",
    /// Nobody finished it in time.
    Expired = "EXPIRED",
    /// It was called off.
    Canceled = "CANCELED",
}

impl FlowStatus {
    /// Those that a flow ends with.
    pub(crate) const TERMINAL: [Self; 4] =
        [Self::Success, Self::Failed, Self::Expired, Self::Canceled];

    /// Whether the flow is over. A status that this version does not know is taken for one that goes on.
    #[must_use]
    pub fn is_terminal(&self) -> bool {
        Self::TERMINAL.contains(self)
    }
}

/// What a flow is doing.
#[apply(string_enum)]
pub enum FlowStep {
    /// It looks for the way to sign in.
    Discovering = "DISCOVERING",
    /// It waits for fields or a choice.
    AwaitingInput = "AWAITING_INPUT",
    /// It waits for the person to do something elsewhere; there may be choices beside that.
    AwaitingExternalAction = "AWAITING_EXTERNAL_ACTION",
    /// It passes on to the site what was submitted.
    Submitting = "SUBMITTING",
    /// It is over.
    Completed = "COMPLETED",
}

/// Why a login failed.
#[apply(string_enum)]
pub enum LoginErrorCode {
    /// No form to sign in with was found.
    LoginFormNotFound = "login_form_not_found",
    /// The way to the form led astray.
    NavigationConfused = "navigation_confused",
    /// The site leads to a host that is not among the allowed ones.
    DomainNotAllowed = "domain_not_allowed",
    /// The site asks the same again and again.
    StuckInLoop = "stuck_in_loop",
    /// It was tried as often as may be.
    MaxAttemptsReached = "max_attempts_reached",
    /// The site says that something is wrong.
    WebsiteError = "website_error",
    /// The site could not be reached.
    NetworkError = "network_error",
    /// Something on the page was not where it should be.
    ElementNotFound = "element_not_found",
    /// The site does not accept the credentials.
    CredentialsInvalid = "credentials_invalid",
    /// A second factor is needed, and nobody gave it.
    MfaRequired = "mfa_required",
    /// Something must be done elsewhere, and nobody did it.
    ExternalActionRequired = "external_action_required",
    /// The site wants a way of signing in that is not supported, for example passkeys.
    UnsupportedAuthMethod = "unsupported_auth_method",
    /// The site takes the browser for a robot.
    BotDetected = "bot_detected",
    /// A captcha is in the way.
    CaptchaBlocked = "captcha_blocked",
    /// The session ended on the way.
    SessionExpired = "session_expired",
    /// No flow runs.
    NoActiveFlow = "no_active_flow",
    /// The flow failed, and nothing more is known.
    FlowFailed = "flow_failed",
    /// Nobody gave what was asked for in time.
    AwaitingInputTimeout = "awaiting_input_timeout",
    /// Nobody did in time what must be done elsewhere.
    ExternalActionTimeout = "external_action_timeout",
    /// It took more steps than may be.
    MaxStepsExceeded = "max_steps_exceeded",
    /// The browser failed.
    BrowserError = "browser_error",
    /// Kernel failed.
    InternalError = "internal_error",
}

/// A field that waits to be filled in.
#[apply(model)]
pub struct ManagedAuthField {
    /// Names the field when its value is submitted.
    pub id: String,
    /// The name that the value is stored under.
    pub r#ref: String,
    /// What it holds.
    pub r#type: FieldType,
    /// Why it is asked for.
    pub reason: Option<FieldReason>,
    /// What helps to fill it in, for example where a code was sent.
    pub hint: Option<String>,
    /// Which keyboard suits it.
    pub input_mode: Option<InputMode>,
    /// Its name for people.
    pub label: Option<String>,
    /// Where it is on the page.
    pub observed_selector: Option<String>,
    /// Whether it must be filled in. The API's default is true.
    pub required: Option<bool>,
}

/// What a field holds.
#[apply(string_enum)]
pub enum FieldType {
    /// A user name, e-mail address or phone number.
    Identifier = "identifier",
    /// A password.
    Password = "password",
    /// A code that was sent.
    Code = "code",
    /// A code of an authenticator app.
    TotpCode = "totp_code",
    /// The secret that an authenticator app makes its codes of.
    TotpSecret = "totp_secret",
    /// Any other text.
    Text = "text",
}

/// Why a field is asked for.
#[apply(string_enum)]
pub enum FieldReason {
    /// There is no value yet.
    Missing = "missing",
    /// The site did not accept the value.
    Rejected = "rejected",
}

/// Which keyboard suits a field.
#[apply(string_enum)]
pub enum InputMode {
    /// The usual one.
    Text = "text",
    /// For e-mail addresses.
    Email = "email",
    /// For phone numbers.
    Tel = "tel",
    /// For digits.
    Numeric = "numeric",
}

/// A choice that can be made.
#[apply(model)]
pub struct ManagedAuthChoice {
    /// Names the choice when it is submitted.
    pub id: String,
    /// Its name for people.
    pub label: String,
    /// What is chosen.
    pub r#type: ChoiceType,
    /// What stands around it on the page.
    pub context: Option<String>,
    /// More about it.
    pub description: Option<String>,
    /// Its text on the page.
    pub display_text: Option<String>,
    /// Where a code would go, partly hidden.
    pub masked_destination: Option<String>,
    /// Which second factor it stands for.
    pub mfa_type: Option<MfaType>,
    /// Where it is on the page.
    pub observed_selector: Option<String>,
}

/// What is chosen.
#[apply(string_enum)]
pub enum ChoiceType {
    /// A second factor.
    MfaMethod = "mfa_method",
    /// A sign-in provider.
    SsoProvider = "sso_provider",
    /// A way of signing in.
    SignInMethod = "sign_in_method",
    /// A way of proving who one is.
    AuthMethod = "auth_method",
    /// A way of saying who one is.
    IdentifierMethod = "identifier_method",
    /// An account or an organization.
    Account = "account",
    /// Anything else.
    Other = "other",
}

/// A second factor.
#[apply(string_enum)]
pub enum MfaType {
    /// A code by text message.
    Sms = "sms",
    /// A code by phone.
    Call = "call",
    /// A code by e-mail.
    Email = "email",
    /// A code of an authenticator app.
    Totp = "totp",
    /// A question on another device.
    Push = "push",
    /// The password.
    Password = "password",
    /// A passkey.
    Passkey = "passkey",
    /// Another way, not named yet.
    Switch = "switch",
    /// Anything else.
    Other = "other",
}

/// A field that waits to be filled in, in the older form.
#[apply(model)]
pub struct DiscoveredField {
    /// Its name for people.
    pub label: String,
    /// Names the field when its value is submitted.
    pub name: String,
    /// Where it is on the page.
    pub selector: String,
    /// What it holds.
    pub r#type: DiscoveredFieldType,
    /// What helps to fill it in.
    pub hint: Option<String>,
    /// The second factor that it belongs to.
    pub linked_mfa_type: Option<MfaType>,
    /// What stands in it while it is empty.
    pub placeholder: Option<String>,
    /// Whether it must be filled in.
    pub required: Option<bool>,
}

/// What a field holds, in the older form.
#[apply(string_enum)]
pub enum DiscoveredFieldType {
    /// Any text.
    Text = "text",
    /// An e-mail address.
    Email = "email",
    /// A password.
    Password = "password",
    /// A phone number.
    Tel = "tel",
    /// A number.
    Number = "number",
    /// A URL.
    Url = "url",
    /// A code that was sent.
    Code = "code",
    /// A code of an authenticator app.
    Totp = "totp",
}

/// A second factor to choose, in the older form.
#[apply(model)]
pub struct MfaOption {
    /// Its text on the page.
    pub label: String,
    /// Which it is; submitted to choose it.
    pub r#type: MfaType,
    /// More about it.
    pub description: Option<String>,
    /// Where a code would go, partly hidden.
    pub target: Option<String>,
}

/// A sign-in provider to choose, in the older form.
#[apply(model)]
pub struct PendingSSOButton {
    /// Its text on the page.
    pub label: String,
    /// The provider.
    pub provider: String,
    /// Where it is on the page, as `XPath`; submitted to choose it.
    pub selector: String,
}

/// An account or an organization to choose, in the older form.
#[apply(model)]
pub struct SignInOption {
    /// Names it when it is submitted.
    pub id: String,
    /// Its name for people.
    pub label: String,
    /// More about it.
    pub description: Option<String>,
}

/// What is submitted to a flow. The API takes the newer form (`field_values`, `selected_choice_id`, with the
/// `interaction_id` they answer) or the older one (the rest).
///
/// `POST /auth/connections/{id}/submit`
#[apply(call_params)]
pub struct ConnectionSubmitParams {
    /// Values by the `id` of their field.
    pub field_values: Option<FieldValues>,
    /// Values by the `name` of their field, in the older form.
    pub fields: Option<FieldValues>,
    /// The `interaction_id` that came with the fields and choices; the newer form needs it.
    pub interaction_id: Option<String>,
    /// The `type` of a second factor, in the older form.
    pub mfa_option_id: Option<String>,
    /// The `id` of a choice.
    pub selected_choice_id: Option<String>,
    /// The `id` of an account or organization, in the older form.
    pub sign_in_option_id: Option<String>,
    /// The `selector` of a sign-in provider, in the older form. Not together with `sso_provider`.
    pub sso_button_selector: Option<String>,
    /// The name of a sign-in provider, in the older form.
    pub sso_provider: Option<String>,
}

/// What was submitted is on its way to the site.
#[apply(model)]
pub struct SubmitFieldsResponse {
    /// Whether it was taken.
    pub accepted: bool,
}
