//! The snippets of README.md, which the tests run as a reader would, and the blocks of any other Markdown.

use anyhow::{Result, bail, ensure};

use crate::session::Session;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Snippet {
    /// The word after the fence: `rust`, `python`, ...
    pub(crate) language: String,
    pub(crate) code: String,
    /// The line of its fence, from 1.
    pub(crate) line: usize,
    /// What the comment right above it says.
    pub(crate) remark: String,
    /// Whether it stands in a comment, where a reader does not see it.
    pub(crate) is_hidden: bool,
}

const README: &str = "README.md";
/// What a fence may say for a block that is not a program.
const NOT_PROGRAMS: [&str; 4] = ["sh", "text", "toml", "json"];
const PROGRAMS: [&str; 4] = ["rust", "python", "js", "swift"];

/// The programs of README.md, at least one in each language.
pub(crate) fn snippets(session: &Session) -> Result<Vec<Snippet>> {
    let text = std::fs::read_to_string(session.workspace.path(README))?;
    let found = blocks(README, &text)?;
    for language in PROGRAMS {
        ensure!(
            found.iter().any(|snippet| snippet.language == language),
            "{README} has no snippet in {language}"
        );
    }
    for snippet in &found {
        let language = snippet.language.as_str();
        if !PROGRAMS.contains(&language) && !NOT_PROGRAMS.contains(&language) {
            bail!(
                "{README}:{}: nobody runs a block of `{language}`",
                snippet.line
            );
        }
    }
    Ok(found
        .into_iter()
        .filter(|snippet| PROGRAMS.contains(&snippet.language.as_str()))
        .collect())
}

/// The fenced blocks of a Markdown text, and those in comments: `<!-- swift`, alone on a line, to `-->`.
pub(crate) fn blocks(file: &str, markdown: &str) -> Result<Vec<Snippet>> {
    let mut blocks = Vec::new();
    let mut open: Option<Snippet> = None;
    let mut remark = "";
    for (at, line) in markdown.lines().enumerate() {
        let begin = |language: &str, remark: &str, is_hidden| Snippet {
            language: language.trim().to_owned(),
            code: String::new(),
            line: at + 1,
            remark: remark.to_owned(),
            is_hidden,
        };
        let comment = line.strip_prefix("<!-- ");
        let whole = comment.and_then(|comment| comment.strip_suffix(" -->"));
        let fence = line.strip_prefix("```");
        match (&mut open, fence, comment) {
            (Some(block), _, _) if block.is_hidden => match line {
                "-->" => blocks.extend(open.take()),
                _ => block.add(line),
            },
            (Some(_), Some(_), _) => blocks.extend(open.take()),
            (Some(block), None, _) => block.add(line),
            (None, Some(language), _) => open = Some(begin(language, remark, false)),
            (None, None, Some(language)) if whole.is_none() && !language.contains(' ') => {
                open = Some(begin(language, "", true));
            }
            (None, None, _) => ensure!(
                !line.trim_start().starts_with("```"),
                "{file}:{}: a block that is set in is not read",
                at + 1
            ),
        }
        remark = whole.unwrap_or_default();
    }
    if let Some(block) = open {
        bail!("{file}:{}: this block has no end", block.line);
    }
    Ok(blocks)
}

impl Snippet {
    fn add(&mut self, line: &str) {
        self.code.push_str(line);
        self.code.push('\n');
    }
}

#[cfg(test)]
mod tests {
    use super::{Snippet, blocks};

    fn snippet(language: &str, code: &str, line: usize) -> Snippet {
        Snippet {
            language: language.to_owned(),
            code: code.to_owned(),
            line,
            remark: String::new(),
            is_hidden: false,
        }
    }

    #[test]
    fn a_block_ends_at_its_fence() {
        let markdown = "text\n```python\nimport this\n\n```\nmore\n```sh\nls\n```\n";
        let expected = [
            snippet("python", "import this\n\n", 2),
            snippet("sh", "ls\n", 7),
        ];
        assert_eq!(blocks("a.md", markdown).unwrap(), expected);
    }

    #[test]
    fn a_comment_says_more() {
        let markdown = "<!-- said -->\n```swift\na\n```\n<!-- swift\nb\n-->\n<!-- a comment\n-->\n```swift\nc\n```\n";
        let mut expected = [
            snippet("swift", "a\n", 2),
            snippet("swift", "b\n", 5),
            snippet("swift", "c\n", 10),
        ];
        expected[0].remark = "said".to_owned();
        expected[1].is_hidden = true;
        assert_eq!(blocks("a.md", markdown).unwrap(), expected);
    }

    #[test]
    fn a_block_that_would_be_passed_over_is_an_error() {
        assert!(blocks("a.md", "```rust\nfn main() {}\n").is_err());
        assert!(blocks("a.md", "<!-- swift\nstruct A {}\n").is_err());
        assert!(blocks("a.md", "- item\n\n  ```swift\n  a\n  ```\n").is_err());
    }
}
