//! What was asked for.

use anyhow::{Context as _, Result, bail};

pub(crate) const HELP: &str = "\
cargo xtask COMMAND [--without LANGUAGE]... [--only LANGUAGE]

  demo      makes a connection and signs it in from every language, against a local simulator
  test      everything: Rust, all scenarios in all languages, each package in an empty project, the hosted page in
            a real browser, the official SDKs, many streams at once, processes that fork and end under load, the
            Node package in package managers, runners, bundlers and runtimes
  lint      formatters, linters, type checkers, licences, stale stubs
  stubs     write the Python and TypeScript stubs and the generated Swift again, from the Rust sources
  bench     CPU and time of a login, a page and a stream in each language, beside bare reqwest and beside the API's
            own package, with the goals of this project
  package   wheels, npm tarballs, the crate and the Swift package, into target/dist; proves that Python's sources
            make the same wheel, byte for byte

  --without python|node|swift   leave a language out, where its toolchain cannot be had
  --only python|node|swift      leave the other two out
  --quick                       of bench: fewer rounds
  --browser                     of demo: sign in yourself, at the hosted page
  --long                        of test: the numbers that are promised, where it otherwise does a tenth or less
  --help                        this text

What a command needs and does not find, it installs under target/tools. The full output of each
step is in target/log.";

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Command {
    Demo,
    Test,
    Lint,
    Stubs,
    Bench,
    Package,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Language {
    Python,
    Node,
    Swift,
}

impl Language {
    pub(crate) const ALL: [Self; 3] = [Self::Python, Self::Node, Self::Swift];

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Python => "python",
            Self::Node => "node",
            Self::Swift => "swift",
        }
    }
}

#[derive(Debug)]
pub(crate) struct Invocation {
    pub(crate) command: Command,
    /// Whether a person signs in, in a browser.
    pub(crate) browser: bool,
    /// Whether the tests that can take longer do.
    pub(crate) long: bool,
    /// Whether a rough measurement will do.
    pub(crate) quick: bool,
    pub(crate) without: Vec<Language>,
}

/// Reads the words after `cargo xtask`; `None` for a call for help.
///
/// # Errors
/// On a word that is not a command, a flag or a language.
pub(crate) fn parse(words: impl Iterator<Item = String>) -> Result<Option<Invocation>> {
    let mut command = None;
    let mut without = Vec::new();
    let (mut browser, mut long, mut quick) = (false, false, false);
    let mut words = words.peekable();
    while let Some(word) = words.next() {
        let chosen = match word.as_str() {
            "demo" => Command::Demo,
            "test" => Command::Test,
            "lint" => Command::Lint,
            "stubs" => Command::Stubs,
            "bench" => Command::Bench,
            "package" => Command::Package,
            "help" | "--help" | "-h" => return Ok(None),
            "--browser" => {
                browser = true;
                continue;
            }
            "--long" => {
                long = true;
                continue;
            }
            "--quick" => {
                quick = true;
                continue;
            }
            other => {
                let (flag, value) = match other.split_once('=') {
                    Some((flag, value)) => (flag, Some(value.to_owned())),
                    None => (other, None),
                };
                let leave_out = match flag {
                    "--without" => leave_out,
                    "--only" => leave_out_others,
                    _ => bail!("`{other}` is not a command or a flag"),
                };
                let Some(languages) = value.or_else(|| words.next()) else {
                    bail!("{flag} needs a language: python, node or swift");
                };
                leave_out(&languages, &mut without)?;
                continue;
            }
        };
        if command.replace(chosen).is_some() {
            bail!("one command at a time, `{word}` is the second");
        }
    }
    let Some(command) = command else {
        bail!("which command?");
    };
    if browser && command != Command::Demo {
        bail!("--browser belongs to `demo`");
    }
    if long && command != Command::Test {
        bail!("--long belongs to `test`");
    }
    if quick && command != Command::Bench {
        bail!("--quick belongs to `bench`");
    }
    Ok(Some(Invocation {
        command,
        browser,
        long,
        quick,
        without,
    }))
}

fn leave_out(languages: &str, without: &mut Vec<Language>) -> Result<()> {
    for language in named(languages)? {
        if !without.contains(&language) {
            without.push(language);
        }
    }
    Ok(())
}

fn leave_out_others(languages: &str, without: &mut Vec<Language>) -> Result<()> {
    let wanted = named(languages)?;
    for language in Language::ALL {
        if !wanted.contains(&language) && !without.contains(&language) {
            without.push(language);
        }
    }
    Ok(())
}

fn named(languages: &str) -> Result<Vec<Language>> {
    languages
        .split(',')
        .map(|name| {
            let language = Language::ALL.into_iter().find(|l| l.name() == name);
            language.with_context(|| format!("`{name}` is none of python, node and swift"))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{Command, Language, parse};

    fn words(line: &str) -> impl Iterator<Item = String> {
        line.split_whitespace()
            .map(str::to_owned)
            .collect::<Vec<_>>()
            .into_iter()
    }

    #[test]
    fn a_command_with_languages_left_out() {
        let asked = parse(words("--without swift test --without=node,swift"))
            .unwrap()
            .unwrap();
        assert_eq!(asked.command, Command::Test);
        assert_eq!(asked.without, [Language::Swift, Language::Node]);
        let asked = parse(words("bench --quick --only python"))
            .unwrap()
            .unwrap();
        assert!(asked.quick);
        assert_eq!(asked.without, [Language::Node, Language::Swift]);
        assert!(parse(words("test --quick")).is_err());
    }

    #[test]
    fn the_demo_may_be_for_a_person() {
        assert!(parse(words("demo --browser")).unwrap().unwrap().browser);
        assert!(!parse(words("demo")).unwrap().unwrap().browser);
        assert!(parse(words("test --browser")).is_err());
    }

    #[test]
    fn tests_may_take_longer() {
        assert!(parse(words("test --long")).unwrap().unwrap().long);
        assert!(!parse(words("test")).unwrap().unwrap().long);
        assert!(parse(words("lint --long")).is_err());
    }

    #[test]
    fn a_call_for_help_wins() {
        assert!(parse(words("test --help")).unwrap().is_none());
    }

    #[test]
    fn what_is_not_understood_is_named() {
        for (line, named) in [
            ("tset", "tset"),
            ("test --without rust", "rust"),
            ("test --without", "--without"),
            ("test --only c", "`c`"),
            ("test demo", "demo"),
            ("test --fast", "--fast"),
            ("", "which command"),
        ] {
            let message = parse(words(line)).unwrap_err().to_string();
            assert!(message.contains(named), "{line:?} gave {message:?}");
        }
    }
}
