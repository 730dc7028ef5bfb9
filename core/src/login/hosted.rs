//! The hosted page: where it sends the person afterwards, and what it says then.

use serde_json::{Map, Value};
use url::Url;

use crate::Error;
use crate::models::LoginReturn;

/// The URL of the hosted page, with where to send the person afterwards: to `success_url` when the profile is signed
/// in, to `error_url` otherwise. Any scheme will do, an app's own too.
///
/// Give it to the person from a backend that is trusted: whoever can change it can send the person elsewhere.
///
/// # Errors
///
/// [`crate::ErrorKind::InvalidArgument`] naming the URL that is none.
pub fn hosted_login_url(
    url: &str,
    success_url: Option<&str>,
    error_url: Option<&str>,
) -> Result<String, Error> {
    let given = url;
    let mut url = parse("url", given)?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(Error::invalid_argument(
            "url",
            "`url` must begin with http:// or https://.",
        ));
    }
    let mut added = Vec::new();
    for (name, target) in [("success_url", success_url), ("error_url", error_url)] {
        if let Some(target) = target {
            let target = target.trim();
            let scheme = parse(name, target)?;
            if matches!(scheme.scheme(), "javascript" | "data") {
                return Err(Error::invalid_argument(
                    name,
                    format!(
                        "`{name}` must lead somewhere: `{}:` runs in the page itself.",
                        scheme.scheme()
                    ),
                ));
            }
            added.push((name, target));
        }
    }
    if added.is_empty() {
        return Ok(given.to_owned());
    }
    let kept: Vec<(String, String)> = url
        .query_pairs()
        .filter(|(name, _)| !added.iter().any(|(new, _)| new == name))
        .map(|(name, value)| (name.into_owned(), value.into_owned()))
        .collect();
    url.query_pairs_mut()
        .clear()
        .extend_pairs(kept)
        .extend_pairs(added);
    Ok(url.into())
}

fn parse(argument: &'static str, text: &str) -> Result<Url, Error> {
    Url::parse(text.trim()).map_err(|_| {
        Error::invalid_argument(argument, format!("`{argument}` must be an absolute URL."))
    })
}

impl LoginReturn {
    /// Reads the URL that the person came back to, whole.
    ///
    /// # Errors
    ///
    /// [`crate::ErrorKind::InvalidArgument`] when it is no URL, or none that the hosted page makes.
    pub fn parse(url: &str) -> Result<Self, Error> {
        let url = parse("url", url)?;
        let mut fields = Map::new();
        for (name, value) in url.query_pairs() {
            fields.insert(name.into_owned(), Value::from(value.into_owned()));
        }
        let has = |name: &str| fields.contains_key(name);
        // A `code` or `message` of the caller's own may stand beside what tells of a success.
        let is_profile = has("profile_name") && has("domain");
        let is_failure = has("code") || has("message");
        let succeeded = match (is_profile, is_failure) {
            (true, _) => true,
            (false, true) => false,
            (false, false) => {
                return Err(Error::invalid_argument(
                    "url",
                    "`url` must be one that the hosted page sent the person to: it says neither that the login \
                     succeeded nor why it failed.",
                ));
            }
        };
        fields.insert("succeeded".to_owned(), succeeded.into());
        serde_json::from_value(Value::Object(fields))
            .map_err(|error| Error::invalid_argument("url", error.to_string()))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::models::LoginErrorCode;

    #[test]
    fn what_the_url_has_stays() {
        let url = hosted_login_url(
            "https://auth.example/login/ma_1?code=a%20b&success_url=old#top",
            Some("myapp://done?x=1&y=2"),
            None,
        );
        assert_eq!(
            url.expect("a URL"),
            "https://auth.example/login/ma_1?code=a+b&success_url=myapp%3A%2F%2Fdone%3Fx%3D1%26y%3D2#top"
        );
        let plain = "https://auth.example/login/ma_1?code=a%20b";
        assert_eq!(hosted_login_url(plain, None, None).expect("a URL"), plain);
    }

    #[test]
    fn what_is_no_url_is_named() {
        let good = "https://auth.example/";
        for (hosted, success, error, argument) in [
            ("/login", None, None, "url"),
            ("ftp://auth.example", None, None, "url"),
            (good, Some("done"), None, "success_url"),
            (good, Some("javascript:alert(1)"), None, "success_url"),
            (good, None, Some(" "), "error_url"),
            (good, None, Some("DATA:text/html,x"), "error_url"),
        ] {
            let refused = hosted_login_url(hosted, success, error).expect_err("no URL");
            assert_eq!(refused.argument(), Some(argument));
        }
    }

    #[test]
    fn a_return_says_how_it_went() {
        let good = "myapp://done?code=mine&profile_name=a%20b&domain=example.com&x=1";
        let good = LoginReturn::parse(good);
        let good = good.expect("a return");
        assert!(good.succeeded);
        assert_eq!(good.profile_name.as_deref(), Some("a b"));
        assert_eq!(good.extra.get("x"), Some(&"1".into()));
        let bad = LoginReturn::parse("https://a.example/?code=bot_detected&message=No");
        let bad = bad.expect("a return");
        assert!(!bad.succeeded);
        assert_eq!(bad.code, Some(LoginErrorCode::BotDetected));
        for refused in ["https://a.example/?x=1", "done?message=x", ""] {
            let error = LoginReturn::parse(refused).expect_err("no return");
            assert_eq!(error.argument(), Some("url"));
        }
    }

    proptest! {
        #[test]
        fn targets_survive(path in "[ -~]{0,20}", query in "\\PC{0,20}") {
            let mut target = Url::parse("myapp://host").expect("a URL");
            target.set_path(&path);
            target.query_pairs_mut().append_pair("q", &query);
            let whole = hosted_login_url("https://a.example/login?code=1", Some(target.as_str()), None);
            let whole = Url::parse(&whole.expect("a URL")).expect("a URL");
            let pairs: Vec<_> = whole.query_pairs().collect();
            prop_assert_eq!(&pairs[0], &("code".into(), "1".into()));
            prop_assert_eq!(&pairs[1], &("success_url".into(), target.as_str().into()));
        }

        #[test]
        fn any_text_is_a_return_or_an_error(text in "\\PC{0,80}") {
            let _ = LoginReturn::parse(&text);
        }
    }
}
