//! One connection, for a program without the API key.

use std::fmt;

use macro_rules_attribute::apply;

use crate::answer::{Answer, Success};
#[cfg(feature = "host")]
use crate::client::Plugins;
use crate::models::{
    ConnectionSubmitParams, ExchangeResponse, ManagedAuth, NoParams, SubmitFieldsResponse,
};
use crate::{Call, Error, Events, Kernel, KernelBuilder, Model, Secret, WaitForLogin};

/// One connection, for a program without the API key: what a mobile or desktop app should hold.
///
/// It holds a token for this connection alone, good for about 30 minutes, and nothing else. An account's API key
/// does not belong into an app: whoever has the app has the key. Instead a backend starts the login and hands the
/// app its `id` and `handoff_code`.
#[derive(Clone)]
pub struct ManagedAuthSession {
    client: Kernel,
    id: String,
}

impl ManagedAuthSession {
    /// The call that exchanges a `handoff_code` for a session. `client` says where the API is and how to get there;
    /// no API key is needed, and one that it has is not used.
    ///
    /// # Errors
    ///
    /// [`crate::ErrorKind::Configuration`] naming the option and its rule.
    pub fn exchange(
        client: KernelBuilder,
        id: impl Into<String>,
        handoff_code: impl Into<Secret>,
    ) -> Result<Call<NoParams, Self>, Error> {
        let client = client.build_without_key()?;
        Ok(client.auth().connections().exchange(id, handoff_code))
    }

    /// The connection's id.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Waits for the end of the login that the session is for, and gives the connection once it is signed in. It
    /// survives streams that break and outages of the API, and lasts no longer than a flow can: 20 minutes.
    ///
    /// A handler answers for the person ([`WaitForLogin::on_input`]); without one, the person signs in at the hosted
    /// page. It may be called again: a login that has ended is told of at once.
    pub fn wait_for_login(&self) -> WaitForLogin {
        WaitForLogin::new(self.client.auth().connections(), self.id.as_str())
    }

    #[cfg(feature = "host")]
    pub(crate) fn client(&self) -> &Kernel {
        &self.client
    }

    #[cfg(feature = "host")]
    pub(crate) fn with_plugins(&self, plugins: Plugins) -> Self {
        Self {
            client: self.client.with_plugins(plugins),
            id: self.id.clone(),
        }
    }
}

#[apply(resource)]
impl ManagedAuthSession {
    /// Tells how the connection stands, its latest flow included.
    ///
    /// `GET /auth/connections/{id}`
    pub fn retrieve(&self) -> Call<NoParams, ManagedAuth> {
        self.client.auth().connections().retrieve(self.id.as_str())
    }

    /// Submits what the flow waits for: values of fields, or a choice.
    ///
    /// `POST /auth/connections/{id}/submit`
    pub fn submit(&self) -> Call<ConnectionSubmitParams, SubmitFieldsResponse> {
        self.client.auth().connections().submit(self.id.as_str())
    }

    /// Follows the flow: how it stands now, then every change, until it is over.
    ///
    /// `GET /auth/connections/{id}/events`
    pub fn follow(&self) -> Call<NoParams, Events> {
        self.client.auth().connections().follow(self.id.as_str())
    }
}

impl Answer for ManagedAuthSession {
    fn of(success: &mut Success) -> Result<Self, Error> {
        let exchanged = success.decode(ExchangeResponse::of_text)?;
        let client = success.client.with_token(exchanged.jwt).ok_or_else(|| {
            success.refuse("`jwt` of its body must be a token that a header can have")
        })?;
        let id = success.plan.request.arguments.first();
        Ok(Self {
            client,
            id: id.map(|(_, id)| id.clone()).unwrap_or_default(),
        })
    }
}

impl fmt::Debug for ManagedAuthSession {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ManagedAuthSession")
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}

#[cfg(feature = "describe")]
impl crate::describe::DescribeResource for ManagedAuthSession {
    const NAME: &'static str = "ManagedAuthSession";
    const DOCS: &'static [&'static str] = &[
        " One connection, for a program without the API key: what a mobile or desktop app should hold.",
    ];
    const RESOURCES: &'static [crate::describe::Child] = &[];
}
