//! `/auth/connections`

use macro_rules_attribute::apply;

use crate::models::{
    ConnectionCreateParams, ConnectionListParams, ConnectionLoginParams, ConnectionSubmitParams,
    ConnectionTimelineParams, ConnectionUpdateParams, LoginResponse, ManagedAuth,
    ManagedAuthTimelineEvent, NoParams, SubmitFieldsResponse,
};
use crate::{Call, Events, LoginAndWait, ManagedAuthSession, Page, Secret, lost};

/// Auth connections: a profile, a site, and how the one stays signed in to the other.
#[apply(resource)]
pub struct Connections {}

#[apply(resource)]
impl Connections {
    /// Makes a connection. It is not signed in yet: `login` sees to that.
    ///
    /// A profile that has a connection to the site already is a conflict (409) that names the connection
    /// (`existing_id`).
    ///
    /// `POST /auth/connections`
    pub fn create(
        &self,
        params: ConnectionCreateParams,
    ) -> Call<ConnectionCreateParams, ManagedAuth> {
        self.client.post_with("/auth/connections", params)
    }

    /// Tells how a connection stands, its latest flow included.
    ///
    /// `GET /auth/connections/{id}`
    pub fn retrieve(&self, id: impl Into<String>) -> Call<NoParams, ManagedAuth> {
        self.client.get("/auth/connections/{id}").path("id", id)
    }

    /// Changes a connection and tells how it stands then. What is left out stays as it is.
    ///
    /// `PATCH /auth/connections/{id}`
    pub fn update(&self, id: impl Into<String>) -> Call<ConnectionUpdateParams, ManagedAuth> {
        self.client.patch("/auth/connections/{id}").path("id", id)
    }

    /// Lists connections, page by page.
    ///
    /// `GET /auth/connections`
    pub fn list(&self) -> Call<ConnectionListParams, Page<ManagedAuth>> {
        self.client.get("/auth/connections")
    }

    /// Deletes a connection; a flow that runs is called off. The profile stays.
    ///
    /// `DELETE /auth/connections/{id}`
    pub fn delete(&self, id: impl Into<String>) -> Call<NoParams, ()> {
        self.client
            .delete("/auth/connections/{id}")
            .path("id", id)
            .accept("*/*")
    }

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
            .recover(lost::login)
    }

    /// Submits what a flow waits for: values of fields, or a choice. What comes of it, `follow` tells.
    ///
    /// `POST /auth/connections/{id}/submit`
    pub fn submit(
        &self,
        id: impl Into<String>,
    ) -> Call<ConnectionSubmitParams, SubmitFieldsResponse> {
        self.client
            .post("/auth/connections/{id}/submit")
            .path("id", id)
    }

    /// Follows the flow that runs: how it stands now, then every change, until it is over.
    ///
    /// `GET /auth/connections/{id}/events`
    pub fn follow(&self, id: impl Into<String>) -> Call<NoParams, Events> {
        self.client
            .get("/auth/connections/{id}/events")
            .path("id", id)
            .accept("text/event-stream")
    }

    /// Lists what happened to a connection, the newest first, page by page: logins, logins by itself, health
    /// checks.
    ///
    /// `GET /auth/connections/{id}/timeline`
    pub fn timeline(
        &self,
        id: impl Into<String>,
    ) -> Call<ConnectionTimelineParams, Page<ManagedAuthTimelineEvent>> {
        self.client
            .get("/auth/connections/{id}/timeline")
            .path("id", id)
    }

    /// Exchanges the `handoff_code` of a login for a session: what an app should hold in place of the API key. It
    /// can do nothing but `retrieve`, `submit` and `follow`, for this one connection, for about 30 minutes.
    ///
    /// The key is not sent. A code that was used before is gone (410).
    ///
    /// `POST /auth/connections/{id}/exchange`
    pub fn exchange(
        &self,
        id: impl Into<String>,
        handoff_code: impl Into<Secret>,
    ) -> Call<NoParams, ManagedAuthSession> {
        self.client
            .post("/auth/connections/{id}/exchange")
            .path("id", id)
            .anonymous()
            .field("code", "handoff_code", handoff_code.into())
    }
}

impl Connections {
    /// Starts a login and waits for its end: gives the connection once it is signed in, or
    /// [`crate::ErrorKind::LoginFailed`]. It survives streams that break and outages of the API, what is submitted
    /// meanwhile included, and lasts no longer than the flow.
    ///
    /// The person signs in at the hosted page ([`LoginAndWait::on_login`] is told where), or a handler answers
    /// ([`LoginAndWait::on_input`]).
    pub fn login_and_wait(&self, id: impl Into<String>) -> LoginAndWait {
        // The calls that it is made of have the context of this one.
        let client = self.client.in_context(self.client.context());
        LoginAndWait::new(client.auth().connections(), id)
    }
}
