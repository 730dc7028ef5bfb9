//! One connection, for a program without the API key.

use kernel_client::ManagedAuthSession;
use kernel_client::host;
use napi::{Env, Result};
use napi_derive::napi;

use crate::calls;
use crate::plugins::{self, Brought};
use crate::{Variables, caller, json, reply};

/// A session, which JavaScript dresses up as `ManagedAuthSession`.
#[napi]
pub struct Session {
    pub(crate) session: ManagedAuthSession,
}

impl Session {
    pub(crate) fn of(session: ManagedAuthSession) -> Self {
        Self { session }
    }
}

#[napi]
impl Session {
    /// A copy with these plugins.
    #[napi(catch_unwind)]
    pub fn over(&self, env: Env, plugins: Brought) -> Result<Self> {
        let plugins = plugins::of(&env, Some(&plugins))?;
        let session = host::session_with_plugins(&self.session, plugins);
        Ok(Self { session })
    }

    /// The connection's id.
    #[napi(getter, catch_unwind)]
    pub fn id(&self) -> &str {
        self.session.id()
    }
}

/// Exchanges a handoff code for a session, without a client: all arguments but plugins, version and environment are
/// JSON.
#[napi(catch_unwind)]
#[allow(
    clippy::too_many_arguments,
    reason = "a client's and a call's, at once"
)]
pub fn exchange(
    env: &Env,
    call: u32,
    client: String,
    plugins: Option<Brought>,
    version: String,
    environment: Variables,
    id: String,
    handoff_code: String,
    options: Option<String>,
) -> Result<()> {
    let plugins = plugins::of(env, plugins.as_ref())?;
    calls::start(env, call, async move {
        let sent = async {
            let variable = |name: &str| environment.get(name).cloned().flatten();
            let id: String = json::argument("id", &id)?;
            let handoff_code: String = json::argument("handoff_code", &handoff_code)?;
            host::exchange(
                json::client_options(&client)?,
                plugins,
                caller(version),
                variable,
                id,
                handoff_code,
            )?
            .options(json::call_options(options.as_deref())?)
            .send()
            .await
        };
        reply::session(sent.await)
    })
}
