//! Certificates made on the spot.

use std::sync::Arc;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, ExtendedKeyUsagePurpose, IsCa,
    KeyPair, KeyUsagePurpose,
};
use rustls::ServerConfig;
use rustls::crypto::aws_lc_rs;
use rustls::pki_types::PrivateKeyDer;
use serde::Deserialize;
use tokio_rustls::TlsAcceptor;

use crate::Failure;

/// How a world's `https://` address behaves.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Tls {
    /// A certificate signed by an authority that the caller is given.
    Trusted,
    /// The same, and nothing but HTTP/2 is spoken.
    Http2,
    /// A certificate that vouches for itself.
    Untrusted,
    /// No TLS at all, whatever the address says.
    Plaintext,
}

/// What a port needs to speak TLS.
pub(crate) struct Identity {
    /// Does the handshakes; `None` where the port speaks plain HTTP.
    pub(crate) acceptor: Option<TlsAcceptor>,
    /// The authority that signed the certificate, as PEM.
    pub(crate) ca: Option<String>,
}

impl Tls {
    pub(crate) fn identity(self) -> Result<Identity, Failure> {
        let names = ["localhost", "127.0.0.1", "::1"].map(str::to_owned);
        let key = KeyPair::generate()?;
        let mut params = valid_now(CertificateParams::new(names)?);
        params
            .distinguished_name
            .push(DnType::CommonName, "Kernel simulator");
        params
            .extended_key_usages
            .push(ExtendedKeyUsagePurpose::ServerAuth);
        let (certificate, ca) = match self {
            Self::Plaintext => {
                return Ok(Identity {
                    acceptor: None,
                    ca: None,
                });
            }
            Self::Untrusted => (params.self_signed(&key)?, None),
            Self::Trusted | Self::Http2 => {
                let authority = authority()?;
                (params.signed_by(&key, &authority)?, Some(authority.pem()))
            }
        };
        let key = PrivateKeyDer::try_from(key.serialize_der())?;
        let mut config =
            ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
                .with_safe_default_protocol_versions()?
                .with_no_client_auth()
                .with_single_cert(vec![certificate.der().clone()], key)?;
        if matches!(self, Self::Http2) {
            config.alpn_protocols = vec![b"h2".to_vec()];
        }
        Ok(Identity {
            acceptor: Some(TlsAcceptor::from(Arc::new(config))),
            ca,
        })
    }
}

fn authority() -> Result<CertifiedIssuer<'static, KeyPair>, Failure> {
    let mut params = valid_now(CertificateParams::new(Vec::new())?);
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    params
        .distinguished_name
        .push(DnType::CommonName, "Kernel simulator authority");
    Ok(CertifiedIssuer::self_signed(params, KeyPair::generate()?)?)
}

/// Some platforms trust only certificates that are short-lived.
fn valid_now(mut params: CertificateParams) -> CertificateParams {
    let today = Timestamp::now().to_zoned(TimeZone::UTC).date();
    let day = |date: Date| {
        let [month, day] = [date.month(), date.day()].map(i8::unsigned_abs);
        rcgen::date_time_ymd(date.year().into(), month, day)
    };
    params.not_before = day(today.saturating_sub(7.days()));
    params.not_after = day(today.saturating_add(90.days()));
    params
}
