//! What connections are made with.

use std::time::Duration;

use hyper_util::client::proxy::matcher::Matcher;
use rustls::RootCertStore;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use url::Url;

use crate::Secret;

// What the options must be.
const PEM: &str = "must hold certificates as PEM texts";
const PROXY: &str = "must be the URL of an HTTP proxy, such as http://proxy.example:3128";

/// What connections are made with. Clients with the same share them.
#[derive(Clone, PartialEq)]
pub(crate) struct HttpSettings {
    pub(crate) connect_timeout: Option<Duration>,
    /// PEM texts.
    pub(crate) root_certificates: Vec<String>,
    /// `None` leaves it to the environment, `Some(None)` goes without.
    pub(crate) proxy: Option<Option<Secret>>,
}

impl HttpSettings {
    /// Whether everything in it can be used; otherwise the option and its rule.
    pub(crate) fn check(&self) -> Result<(), (&'static str, &'static str)> {
        let refuse = |rule| ("root_certificates", rule);
        let mut store = RootCertStore::empty();
        for certificate in self.certificates().map_err(refuse)? {
            // Reading PEM does not look inside a certificate; trusting it does.
            store.add(certificate).map_err(|_| refuse(PEM))?;
        }
        self.proxies().map_err(|rule| ("proxy", rule))?;
        Ok(())
    }

    /// Whether another HTTP client can do as much for requests to this server: it knows nothing of whom to trust or
    /// which proxy to use by the options, nor of the environment's proxies.
    pub(crate) fn suits_any(&self, server: &Url) -> bool {
        let is_told = !self.root_certificates.is_empty() || self.proxy.is_some();
        !is_told && !is_intercepted(&Matcher::from_env(), server)
    }

    pub(super) fn certificates(&self) -> Result<Vec<CertificateDer<'static>>, &'static str> {
        let mut all = Vec::new();
        for pem in &self.root_certificates {
            let some: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem.as_bytes()).collect();
            let some = some.unwrap_or_default();
            if some.is_empty() {
                return Err(PEM);
            }
            all.extend(some);
        }
        Ok(all)
    }

    /// Which requests go through which proxy; `None` when none does.
    pub(super) fn proxies(&self) -> Result<Option<Matcher>, &'static str> {
        let text = match &self.proxy {
            None => return Ok(Some(Matcher::from_system())),
            Some(None) => return Ok(None),
            Some(Some(text)) => text.expose(),
        };
        // A scheme that is not known would be passed over, and the request go straight out.
        let known = match text.split_once("://") {
            Some((scheme, _)) => ["http", "https"]
                .iter()
                .any(|known| scheme.eq_ignore_ascii_case(known)),
            None => true,
        };
        let matcher = Matcher::builder().all(text).build();
        let any = http::Uri::from_static("http://any.invalid/");
        if known && matcher.intercept(&any).is_some() {
            Ok(Some(matcher))
        } else {
            Err(PROXY)
        }
    }
}

fn is_intercepted(proxies: &Matcher, server: &Url) -> bool {
    let server = server.as_str().parse();
    server.is_ok_and(|server| proxies.intercept(&server).is_some())
}
