//! What the languages need beyond Rust: found on the machine, or installed under `target/tools`.

pub(crate) mod apt;
pub(crate) mod deny;
pub(crate) mod llvm;
pub(crate) mod node;
pub(crate) mod python;
pub(crate) mod swift;

use anyhow::{Result, anyhow};

use crate::cli::Language;
use crate::session::Session;

pub(crate) use node::Node;
pub(crate) use python::Python;
pub(crate) use swift::Swift;

/// The toolchains of the languages that take part; `None` only for a language the caller left out.
pub(crate) struct Toolchains {
    pub(crate) python: Option<Python>,
    pub(crate) node: Option<Node>,
    pub(crate) swift: Option<Swift>,
}

/// Prepares all toolchains at once, as most of that time is downloading, beside `meanwhile`.
pub(crate) fn prepare_beside<T>(
    session: &Session,
    meanwhile: impl FnOnce() -> Result<T>,
) -> Result<(Toolchains, T)> {
    std::thread::scope(|scope| {
        let python = scope.spawn(|| wanted(session, Language::Python, python::prepare));
        let node = scope.spawn(|| wanted(session, Language::Node, node::prepare));
        let swift = scope.spawn(|| wanted(session, Language::Swift, swift::prepare));
        let done = meanwhile();
        let toolchains = Toolchains {
            python: joined(python)?,
            node: joined(node)?,
            swift: joined(swift)?,
        };
        Ok((toolchains, done?))
    })
}

fn wanted<T>(
    session: &Session,
    language: Language,
    prepare: impl FnOnce(&Session) -> Result<T>,
) -> Result<Option<T>> {
    if !session.has(language) {
        return Ok(None);
    }
    let name = language.name();
    prepare(session).map(Some).map_err(|error| {
        error.context(format!(
            "no toolchain for {name}; `--without {name}` leaves the language out"
        ))
    })
}

/// What a thread gave.
pub(crate) fn joined<T>(thread: std::thread::ScopedJoinHandle<'_, Result<T>>) -> Result<T> {
    thread
        .join()
        .map_err(|_| anyhow!("a thread of xtask panicked"))?
}

/// Whether `stamp` says what it must: the tools beside it were installed whole, for these contents.
fn is_stamped(stamp: &std::path::Path, contents: &str) -> bool {
    std::fs::read_to_string(stamp).is_ok_and(|found| found == contents)
}
