//! The client, the session, and their calls: one line an endpoint.

use kernel_client::host::{self, Caller, Language};
use kernel_client::models::{
    AuthContext, ConnectionCreateParams, ConnectionListParams, ConnectionLoginParams,
    ConnectionSubmitParams, ConnectionTimelineParams, ConnectionUpdateParams, LoginResponse,
    ManagedAuth, SubmitFieldsResponse,
};
use kernel_client::{ClientOptions, Kernel, ManagedAuthSession, Secret};

use crate::call::call_options;
use crate::crossing::{Crossing, Lowered};
use crate::page::{NativeConnectionsPage, NativeTimelinePage};
use crate::transport::NativeChoice;
use crate::{NativeCall, NativeError, NativeEvents, NativeLogin};

/// A client.
#[derive(uniffi::Object)]
pub(crate) struct NativeClient(Kernel);

/// A connection, without the key.
#[derive(uniffi::Object)]
pub(crate) struct NativeSession(ManagedAuthSession);

impl Crossing<ManagedAuthSession> for NativeSession {
    fn of(session: ManagedAuthSession, _room: Vec<u8>) -> Self {
        Self(session)
    }
}

/// What a client goes by.
#[derive(uniffi::Record)]
pub(crate) struct NativeSettings {
    /// Where the API is.
    pub(crate) base_url: String,
    /// Seconds for one attempt.
    pub(crate) timeout: Option<f64>,
    /// How often a failed request is sent again.
    pub(crate) max_retries: u32,
}

/// Calls of an object: what Swift names them and gives, and the call of core that each is.
macro_rules! calls {
    ($native:ident($of:ident): $(
        $name:ident($($argument:ident: $ty:ty),*) -> $answer:ty = $call:expr;
    )*) => {
        #[uniffi::export]
        impl $native {
            $(
                pub(crate) fn $name(
                    &self,
                    $($argument: $ty,)*
                    options: &str,
                    keeps_response: bool,
                ) -> Result<NativeCall, NativeError> {
                    let $of = &self.0;
                    let send = |options| $call.options(options).send();
                    NativeCall::begin::<_, $answer, _>(options, keeps_response, send)
                }
            )*
        }
    };
}

calls! { NativeClient(client):
    connections_create(params: ConnectionCreateParams) -> Lowered<ManagedAuth> = client.auth().connections().create(params);
    connections_retrieve(id: String) -> Lowered<ManagedAuth> = client.auth().connections().retrieve(id);
    connections_update(id: String, params: ConnectionUpdateParams) -> Lowered<ManagedAuth> = client.auth().connections().update(id).params(params);
    connections_list(params: ConnectionListParams) -> NativeConnectionsPage = client.auth().connections().list().params(params);
    connections_delete(id: String) -> () = client.auth().connections().delete(id);
    connections_login(id: String, params: ConnectionLoginParams) -> Lowered<LoginResponse> = client.auth().connections().login(id).params(params);
    connections_submit(id: String, params: ConnectionSubmitParams) -> Lowered<SubmitFieldsResponse> = client.auth().connections().submit(id).params(params);
    connections_follow(id: String) -> NativeEvents = client.auth().connections().follow(id);
    connections_timeline(id: String, params: ConnectionTimelineParams) -> NativeTimelinePage = client.auth().connections().timeline(id).params(params);
    connections_exchange(id: String, handoff_code: Secret) -> NativeSession = client.auth().connections().exchange(id, handoff_code);
    context_retrieve() -> Lowered<AuthContext> = client.auth().context().retrieve();
}

calls! { NativeSession(session):
    retrieve() -> Lowered<ManagedAuth> = session.retrieve();
    submit(params: ConnectionSubmitParams) -> Lowered<SubmitFieldsResponse> = session.submit().params(params);
    follow() -> NativeEvents = session.follow();
}

#[uniffi::export]
impl NativeClient {
    /// A client with these options, as JSON. `version` is the version of Swift.
    #[uniffi::constructor]
    pub(crate) fn new(
        options: &str,
        transport: NativeChoice,
        version: String,
    ) -> Result<Self, NativeError> {
        let client = host::client(
            decode(options)?,
            transport.plugins(),
            caller(version),
            variable,
        )?;
        Ok(Self(client))
    }

    /// A copy with other options, as JSON.
    pub(crate) fn with_options(
        &self,
        options: &str,
        transport: NativeChoice,
    ) -> Result<Self, NativeError> {
        let client = self.0.with_options(decode(options)?)?;
        Ok(Self(host::with_plugins(&client, transport.plugins())))
    }

    /// What the client goes by.
    pub(crate) fn settings(&self) -> Result<NativeSettings, NativeError> {
        Ok(NativeSettings {
            base_url: self.0.base_url().to_owned(),
            timeout: self.0.timeout().map(|limit| limit.as_secs_f64()),
            max_retries: self.0.max_retries(),
        })
    }

    /// A login from its start to its end. `options` are those of its calls, `wait_timeout` is in seconds.
    pub(crate) fn login_and_wait(
        &self,
        id: String,
        params: ConnectionLoginParams,
        options: &str,
        wait_timeout: Option<f64>,
        is_answered: bool,
    ) -> Result<NativeLogin, NativeError> {
        let options = call_options(options)?;
        let flow = host::login_flow(&self.0, id, params, options, wait_timeout, is_answered)?;
        Ok(flow.into())
    }
}

#[uniffi::export]
impl NativeSession {
    /// The connection's id.
    pub(crate) fn id(&self) -> Result<String, NativeError> {
        Ok(self.0.id().to_owned())
    }

    /// A login that runs already, to its end. `options` are those of its calls, `wait_timeout` is in seconds.
    pub(crate) fn wait_for_login(
        &self,
        options: &str,
        wait_timeout: Option<f64>,
        is_answered: bool,
    ) -> Result<NativeLogin, NativeError> {
        let options = call_options(options)?;
        Ok(host::session_flow(&self.0, options, wait_timeout, is_answered)?.into())
    }
}

/// A session for a program without the key. `client` are the options of a client, as JSON.
#[uniffi::export]
pub(crate) fn native_exchange(
    client: &str,
    transport: NativeChoice,
    version: String,
    id: String,
    handoff_code: Secret,
    options: &str,
    keeps_response: bool,
) -> Result<NativeCall, NativeError> {
    let exchange = host::exchange(
        decode(client)?,
        transport.plugins(),
        caller(version),
        variable,
        id,
        handoff_code,
    )?;
    let send = |options| exchange.options(options).send();
    NativeCall::begin::<_, NativeSession, _>(options, keeps_response, send)
}

fn decode(options: &str) -> Result<ClientOptions, NativeError> {
    Ok(host::decode_client_options(
        Language::Swift,
        &mut serde_json::Deserializer::from_str(options),
    )?)
}

fn caller(version: String) -> Caller {
    Caller {
        language: Language::Swift,
        runtime: Some("swift".to_owned()),
        runtime_version: Some(version),
        mode: None,
    }
}

fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok()
}
