//! The snippets of README.md, which the tests run as a reader would.

use anyhow::{Result, bail, ensure};

use crate::session::Session;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Snippet {
    /// The word after the fence: `rust`, `python`, ...
    pub(crate) language: String,
    pub(crate) code: String,
    /// The line of its fence, from 1.
    pub(crate) line: usize,
}

/// What a fence may say for a block that is not a program.
const NOT_PROGRAMS: [&str; 4] = ["sh", "text", "toml", "json"];
const PROGRAMS: [&str; 4] = ["rust", "python", "js", "swift"];

/// The programs of README.md, at least one in each language.
pub(crate) fn snippets(session: &Session) -> Result<Vec<Snippet>> {
    let found = blocks(&std::fs::read_to_string(
        session.workspace.path("README.md"),
    )?)?;
    for language in PROGRAMS {
        ensure!(
            found.iter().any(|snippet| snippet.language == language),
            "README.md has no snippet in {language}"
        );
    }
    for snippet in &found {
        let language = snippet.language.as_str();
        if !PROGRAMS.contains(&language) && !NOT_PROGRAMS.contains(&language) {
            bail!(
                "README.md:{}: nobody runs a block of `{language}`",
                snippet.line
            );
        }
    }
    Ok(found
        .into_iter()
        .filter(|snippet| PROGRAMS.contains(&snippet.language.as_str()))
        .collect())
}

/// The fenced blocks of a Markdown text.
fn blocks(markdown: &str) -> Result<Vec<Snippet>> {
    let mut blocks = Vec::new();
    let mut open: Option<Snippet> = None;
    for (at, line) in markdown.lines().enumerate() {
        match (line.strip_prefix("```"), &mut open) {
            (Some(language), None) => {
                open = Some(Snippet {
                    language: language.trim().to_owned(),
                    code: String::new(),
                    line: at + 1,
                });
            }
            (Some(_), Some(_)) => blocks.extend(open.take()),
            (None, Some(block)) => {
                block.code.push_str(line);
                block.code.push('\n');
            }
            (None, None) => {}
        }
    }
    if let Some(block) = open {
        bail!("README.md:{}: this block has no end", block.line);
    }
    Ok(blocks)
}

#[cfg(test)]
mod tests {
    use super::{Snippet, blocks};

    #[test]
    fn a_block_ends_at_its_fence() {
        let markdown = "text\n```python\nimport this\n\n```\nmore\n```sh\nls\n```\n";
        let expected =
            [("python", "import this\n\n", 2), ("sh", "ls\n", 7)].map(|(language, code, line)| {
                Snippet {
                    language: language.to_owned(),
                    code: code.to_owned(),
                    line,
                }
            });
        assert_eq!(blocks(markdown).unwrap(), expected);
    }

    #[test]
    fn an_open_block_is_an_error() {
        assert!(blocks("```rust\nfn main() {}\n").is_err());
    }
}
