//! `/auth/context`

use macro_rules_attribute::apply;

use crate::Call;
use crate::models::{AuthContext, NoParams};

/// Who a request is from.
#[apply(resource)]
pub struct Context {}

#[apply(resource)]
impl Context {
    /// Tells whose key this is, and what it may reach.
    ///
    /// `GET /auth/context`
    pub fn retrieve(&self) -> Call<NoParams, AuthContext> {
        self.client.get("/auth/context")
    }
}
