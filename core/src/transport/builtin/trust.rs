//! TLS: which certificates are trusted.

use std::sync::Arc;

use rustls::crypto::{CryptoProvider, aws_lc_rs};
use rustls::{ClientConfig, RootCertStore};
use rustls_platform_verifier::Verifier;

use super::settings::HttpSettings;
use crate::log::{Level, Log};

/// Where the environment can say which certificates the platform trusts.
const STORES: [&str; 2] = ["SSL_CERT_FILE", "SSL_CERT_DIR"];

/// How a server proves who it is.
pub(super) struct Trust {
    /// Of the API,
    pub(super) api: Arc<ClientConfig>,
    /// and of a proxy, which is spoken to in HTTP/1.1 alone.
    pub(super) proxy: Arc<ClientConfig>,
}

impl Trust {
    /// It takes some milliseconds: the platform's store is read.
    pub(super) fn new(settings: &HttpSettings, log: &Log) -> Result<Self, String> {
        let provider = CryptoProvider::get_default()
            .cloned()
            .unwrap_or_else(|| Arc::new(aws_lc_rs::default_provider()));
        let own = settings.certificates()?;
        let builder = ClientConfig::builder_with_provider(provider.clone())
            .with_safe_default_protocol_versions()
            .map_err(|error| error.to_string())?;
        // Without certificates of its own a client cannot be made where the platform has none either.
        let platform = match Verifier::new(provider.clone()) {
            Ok(_) if !own.is_empty() => Verifier::new_with_extra_roots(own.clone(), provider),
            platform => platform,
        };
        let mut api = match platform {
            Ok(verifier) => builder
                .dangerous() // what the platform trusts is asked of the platform
                .with_custom_certificate_verifier(Arc::new(verifier))
                .with_no_client_auth(),
            // Whoever names a store means that one and no other.
            Err(reason) if STORES.iter().any(|name| std::env::var_os(name).is_some()) => {
                let stores = STORES.join(" or ");
                return Err(format!(
                    "No certificate can be read from {stores}: {reason}"
                ));
            }
            Err(_) => {
                log.write(
                    Level::Warn,
                    format_args!(
                        "this machine has no certificate store; Mozilla's list is trusted instead"
                    ),
                );
                let mut store = RootCertStore::empty();
                let listed = webpki_root_certs::TLS_SERVER_ROOT_CERTS.iter().cloned();
                store.add_parsable_certificates(listed.chain(own));
                builder.with_root_certificates(store).with_no_client_auth()
            }
        };
        let proxy = Arc::new(api.clone());
        api.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        Ok(Self {
            api: Arc::new(api),
            proxy,
        })
    }
}
