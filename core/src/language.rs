//! The language a client is used from: its name on the wire, and how its programs spell options.

use std::borrow::Cow;

/// The language a client is used from.
#[cfg_attr(
    not(feature = "host"),
    expect(dead_code, unreachable_pub, reason = "bindings name the others")
)]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Language {
    /// Rust.
    #[default]
    Rust,
    /// Python.
    Python,
    /// JavaScript and TypeScript.
    Node,
    /// Swift.
    Swift,
}

impl Language {
    /// As the API's clients name it.
    pub(crate) fn wire_name(self) -> &'static str {
        match self {
            Self::Rust => "rust",
            Self::Python => "python",
            Self::Node => "js",
            Self::Swift => "swift",
        }
    }

    /// What a client calls itself.
    pub(crate) fn user_agent(self) -> &'static str {
        match self {
            Self::Rust => concat!("kernel-client/", env!("CARGO_PKG_VERSION"), " (rust)"),
            Self::Python => concat!("kernel-client/", env!("CARGO_PKG_VERSION"), " (python)"),
            Self::Node => concat!("kernel-client/", env!("CARGO_PKG_VERSION"), " (js)"),
            Self::Swift => concat!("kernel-client/", env!("CARGO_PKG_VERSION"), " (swift)"),
        }
    }

    /// How its programs write an option.
    pub(crate) fn option(self, name: &str) -> Cow<'_, str> {
        match (self, name) {
            (Self::Rust | Self::Python, _) => Cow::Owned(name.to_owned()),
            (Self::Node | Self::Swift, "base_url") => Cow::Borrowed("baseURL"),
            (Self::Node | Self::Swift, "default_base_url") => Cow::Borrowed("defaultBaseURL"),
            (Self::Node | Self::Swift, "project_id") => Cow::Borrowed("projectID"),
            (Self::Node | Self::Swift, _) => {
                let mut camel = String::with_capacity(name.len());
                for (position, part) in name.split('_').enumerate() {
                    let (first, rest) =
                        part.split_at(usize::from(position > 0 && !part.is_empty()));
                    camel.push_str(&first.to_ascii_uppercase());
                    camel.push_str(rest);
                }
                Cow::Owned(camel)
            }
        }
    }

    /// What is said when there is no API key. Programs written for the API's own clients may match on it.
    pub(crate) fn missing_key(self) -> String {
        match self {
            Self::Python => "The api_key client option must be set either by passing api_key to the client or by \
                 setting the KERNEL_API_KEY environment variable"
                .to_owned(),
            Self::Node => "The KERNEL_API_KEY environment variable is missing or empty; either provide it, or \
                 instantiate the Kernel client with an apiKey option, like new Kernel({ apiKey: 'My API Key' })."
                .to_owned(),
            Self::Rust | Self::Swift => format!(
                "There is no API key: set the KERNEL_API_KEY environment variable or the `{}` option.",
                self.option("api_key")
            ),
        }
    }

    /// What is said when an option is given both to add and to replace. Programs written for the API's own clients
    /// may match on it.
    pub(crate) fn exclusive(self, over: &str, instead: &str) -> String {
        let (over, instead) = (self.option(over), self.option(instead));
        match self {
            Self::Python => {
                format!("`{over}` and `{instead}` arguments are mutually exclusive")
            }
            _ => format!("`{instead}` excludes `{over}`: the one adds, the other replaces."),
        }
    }

    /// What is said when a variable names no level of the log. Programs written for the API's own clients may match on it.
    pub(crate) fn unknown_level(self, variable: &str, given: &str, known: &[&str]) -> String {
        match self {
            Self::Node => {
                format!("process.env['{variable}'] was set to {given:?}, expected one of {known:?}")
                    .replace("\", \"", "\",\"")
            }
            _ => format!(
                "{variable} is {given:?}, which is none of {}; it is ignored",
                known.join(", ")
            ),
        }
    }

    /// What is said when a base URL and an environment are both given, the base URL by the environment
    /// variable or not. Programs written for the API's own clients may match on it.
    pub(crate) fn ambiguous_url(self, by_variable: bool) -> String {
        match self {
            Self::Node => "Ambiguous URL; The `baseURL` option (or KERNEL_BASE_URL env var) and the `environment` \
                 option are given. If you want to use the environment you must pass baseURL: null"
                .to_owned(),
            Self::Python => {
                let given = if by_variable { "`KERNEL_BASE_URL` env var" } else { "`base_url` argument" };
                format!(
                    "Ambiguous URL; The {given} and the `environment` argument are given. If you want to use the \
                     environment, you must pass base_url=None"
                )
            }
            Self::Rust | Self::Swift => {
                let option = self.option("base_url");
                let given =
                    if by_variable { "KERNEL_BASE_URL env var".to_owned() } else { format!("`{option}` option") };
                format!(
                    "Ambiguous URL; The {given} and the `environment` option are given. Give one of them; a \
                     `{option}` of null ignores KERNEL_BASE_URL."
                )
            }
        }
    }
}
