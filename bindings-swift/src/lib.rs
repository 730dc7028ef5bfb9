//! Swift: the client as an object, one method an endpoint.
//!
//! Everything here is internal to the Swift package; what a Swift program sees is written by hand in
//! `Sources/KernelClient`, and the models, which uniffi writes from core.
#![allow(unsafe_code)] // written by uniffi

uniffi::setup_scaffolding!();

mod call;
mod error;

use std::sync::Arc;

use kernel_client::host::{self, Caller, Language};
use kernel_client::models::{ConnectionLoginParams, LoginResponse};
use kernel_client::{ClientOptions, Kernel};

pub(crate) use call::{NativeCall, NativeHeader};
pub(crate) use error::NativeError;

/// A client.
#[derive(uniffi::Object)]
pub(crate) struct NativeClient(Kernel);

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

#[uniffi::export]
impl NativeClient {
    /// A client with these options, as JSON. `version` is the version of Swift.
    #[uniffi::constructor]
    pub(crate) fn new(options: &str, version: String) -> Result<Self, NativeError> {
        let caller = Caller {
            language: Language::Swift,
            runtime: Some("swift".to_owned()),
            runtime_version: Some(version),
            mode: None,
        };
        Ok(Self(host::client(decode(options)?, caller, |name| {
            std::env::var(name).ok()
        })?))
    }

    /// A copy with other options, as JSON.
    pub(crate) fn with_options(&self, options: &str) -> Result<Self, NativeError> {
        Ok(Self(self.0.with_options(decode(options)?)?))
    }

    /// What the client goes by.
    pub(crate) fn settings(&self) -> Result<NativeSettings, NativeError> {
        Ok(NativeSettings {
            base_url: self.0.base_url().to_owned(),
            timeout: self.0.timeout().map(|limit| limit.as_secs_f64()),
            max_retries: self.0.max_retries(),
        })
    }

    /// `POST /auth/connections/{id}/login`
    pub(crate) async fn connections_login(
        &self,
        id: String,
        params: ConnectionLoginParams,
        call: Arc<NativeCall>,
    ) -> Result<LoginResponse, NativeError> {
        call.run(|options| {
            self.0
                .auth()
                .connections()
                .login(id)
                .params(params)
                .options(options)
                .send()
        })
        .await
    }
}

fn decode(options: &str) -> Result<ClientOptions, NativeError> {
    Ok(host::decode_client_options(
        Language::Swift,
        &mut serde_json::Deserializer::from_str(options),
    )?)
}
