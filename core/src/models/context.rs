//! Who a request is from, and what it may reach.

use macro_rules_attribute::apply;

/// Who a request is from, and what it may reach.
#[apply(model)]
pub struct AuthContext {
    /// How the caller proved who it is.
    pub authentication: Authentication,
    /// What it may reach.
    pub authorization: Authorization,
    /// Its organization.
    pub organization: Organization,
    /// Who it is.
    pub principal: Principal,
}

/// How a caller proved who it is.
#[apply(model)]
pub struct Authentication {
    /// By what kind of credential.
    pub method: AuthenticationMethod,
    /// Where the credential is from.
    pub source: AuthenticationSource,
    /// The id of the API key, if it was one.
    pub credential_id: Option<String>,
}

/// By what kind of credential a caller proved who it is.
#[apply(string_enum)]
pub enum AuthenticationMethod {
    /// An API key.
    ApiKey = "api_key",
    /// A token.
    Jwt = "jwt",
}

/// Where a credential is from.
#[apply(string_enum)]
pub enum AuthenticationSource {
    /// It is an API key.
    ApiKey = "api_key",
    /// OAuth.
    OAuth = "oauth",
    /// The dashboard.
    Dashboard = "dashboard",
}

/// What a caller may reach.
#[apply(model)]
pub struct Authorization {
    /// All that the credential allows.
    pub credential_scope: AuthorizationScope,
    /// What this request was limited to.
    pub effective_scope: AuthorizationScope,
}

/// A part of an organization.
#[apply(model)]
pub struct AuthorizationScope {
    /// The project; none for the whole organization.
    pub project_id: Option<String>,
}

/// An organization.
#[apply(model)]
pub struct Organization {
    /// Its id.
    pub id: String,
}

/// Whom a request is from.
#[apply(model)]
pub struct Principal {
    /// The id of the API key or the user.
    pub id: String,
    /// Which of the two it is.
    pub r#type: PrincipalType,
}

/// Whom a request can be from.
#[apply(string_enum)]
pub enum PrincipalType {
    /// An API key.
    ApiKey = "api_key",
    /// A user.
    User = "user",
}
