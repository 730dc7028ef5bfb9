//! Why a login did not work.

/// What a flow that failed says about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Failure {
    pub(crate) code: String,
    pub(crate) message: String,
    /// What the website said.
    pub(crate) website_error: Option<String>,
}

impl Failure {
    /// `message` where it is given, otherwise what fits the code.
    pub(crate) fn new(code: &str, message: Option<&str>, website_error: Option<&str>) -> Self {
        Self {
            code: code.to_owned(),
            message: message.unwrap_or_else(|| explain(code)).to_owned(),
            website_error: website_error.map(str::to_owned),
        }
    }

    pub(crate) fn of(code: &str) -> Self {
        Self::new(code, None, None)
    }
}

fn explain(code: &str) -> &'static str {
    match code {
        "login_form_not_found" => "No login form was found on the page.",
        "navigation_confused" => "The login led to a page that is not part of it.",
        "domain_not_allowed" => "The login left the domains that are allowed.",
        "stuck_in_loop" => "The login came back to the same page again and again.",
        "max_attempts_reached" => "Too many attempts were made.",
        "website_error" => "The website reported an error.",
        "network_error" => "The website could not be reached.",
        "element_not_found" => "A part of the page that is needed was not found.",
        "credentials_invalid" => "The website refused the credentials.",
        "mfa_required" => "A second factor is needed, and there is none.",
        "external_action_required" => "Something has to be done outside of the login.",
        "unsupported_auth_method" => "The website asks for a method that is not supported.",
        "bot_detected" => "The website took the login for a machine's.",
        "captcha_blocked" => "The website asked for a captcha that was not solved.",
        "session_expired" => "The time for this login is over.",
        "no_active_flow" => "No login is running.",
        "flow_failed" => "The login failed.",
        "awaiting_input_timeout" => "Nobody answered in time.",
        "external_action_timeout" => {
            "What was to be done outside of the login was not done in time."
        }
        "max_steps_exceeded" => "The login took too many steps.",
        "browser_error" => "The browser had a problem.",
        "internal_error" => "Something went wrong inside.",
        _ => "The login did not work.",
    }
}
