//! `/auth/connections`

use macro_rules_attribute::apply;

use crate::Call;
use crate::models::{ConnectionLoginParams, LoginResponse};

/// Auth connections: a profile, a site, and how the one stays signed in to the other.
#[apply(resource)]
pub struct Connections {}

#[apply(resource)]
impl Connections {
    /// Starts a login flow and answers at once with the page where the user signs in; with stored credentials
    /// Kernel signs in by itself.
    ///
    /// `id` is the auth connection's id. A flow that is already running is a conflict (409).
    ///
    /// `POST /auth/connections/{id}/login`
    pub fn login(&self, id: impl Into<String>) -> Call<ConnectionLoginParams, LoginResponse> {
        self.client
            .post("/auth/connections/{id}/login")
            .path("id", id)
    }
}
