//! The Swift in the articles, in the readme and in the comments of the sources, as tests: each block is compiled as a
//! reader would write it, and those that say so run against the simulator.
//!
//! Declarations are declared, everything else is the body of a function. A comment above a block says more of it:
//! `<!-- runs: mfa_code -->` runs it where `ma_123` signs in by that script, `<!-- in a manifest -->` takes it for a
//! part of `Package.swift`. `<!-- swift`, alone on its line, begins declarations that only the compiler sees.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail, ensure};

use super::SOURCES;
use crate::readme::{Snippet, blocks};
use crate::session::Session;
use crate::step::Log;
use crate::toolchain::Swift;

const README: &str = "bindings-swift/README.md";
/// What a document is called that is a source.
const COMMENTS: &str = "Comments";

/// A text with Swift in it.
pub(super) struct Document {
    /// From the root of the workspace.
    path: String,
    /// What its snippets are compiled into, and the file there.
    pub(super) module: String,
    pub(super) file: String,
    snippets: Vec<Snippet>,
    /// Whole manifests, made of what stands in its parts of one.
    pub(super) manifests: Vec<String>,
}

/// How a block begins that declares something.
const DECLARATIONS: [&str; 9] = [
    "@",
    "actor ",
    "class ",
    "enum ",
    "extension ",
    "final ",
    "func ",
    "protocol ",
    "struct ",
];

/// Reads all documents, those of the same module one after another.
pub(super) fn read(session: &Session) -> Result<Vec<Document>> {
    let sources = session.workspace.path(SOURCES);
    let mut files = vec![session.workspace.path(README)];
    find(&sources, &mut files)?;
    let mut documents = Vec::new();
    for file in files {
        let path = file.strip_prefix(session.workspace.root())?;
        let path = path.to_string_lossy().into_owned();
        let text = std::fs::read_to_string(&file).with_context(|| format!("cannot read {path}"))?;
        let document = Document::new(path, &text)?;
        if !document.snippets.is_empty() {
            documents.push(document);
        }
    }
    documents.sort_by(|a, b| (&a.module, &a.file).cmp(&(&b.module, &b.file)));
    for pair in documents.windows(2) {
        let [a, b] = pair else { continue };
        ensure!(
            (&a.module, &a.file) != (&b.module, &b.file),
            "{} and {} have the same name",
            a.path,
            b.path
        );
    }
    Ok(documents)
}

/// The sources and articles in a folder.
fn find(folder: &Path, files: &mut Vec<PathBuf>) -> Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            find(&path, files)?;
        } else if path
            .extension()
            .is_some_and(|it| it == "md" || it == "swift")
        {
            files.push(path);
        }
    }
    Ok(())
}

impl Document {
    fn new(path: String, text: &str) -> Result<Self> {
        let stem = Path::new(&path).file_stem().unwrap_or_default();
        let stem = stem.to_string_lossy().into_owned();
        let is_source = path.ends_with(".swift");
        let found = if is_source {
            blocks(&path, &comments(text))?
        } else {
            blocks(&path, text)?
        };
        let mut snippets = Vec::new();
        let mut manifests = Vec::new();
        for snippet in found {
            if snippet.language != "swift" {
                continue;
            }
            match snippet.remark.as_str() {
                "in a manifest" => manifests.push(format!(
                    "// swift-tools-version: 6.0\nimport PackageDescription\n\nlet package = Package(\n    \
                     name: \"App\",\n{}\n)\n",
                    snippet.code
                )),
                _ => snippets.push(snippet),
            }
        }
        Ok(Self {
            module: format!("{}Snippets", if is_source { COMMENTS } else { &stem }),
            file: format!("{stem}.swift"),
            path,
            snippets,
            manifests,
        })
    }

    /// The Swift that is compiled.
    pub(super) fn swift(&self) -> Result<String> {
        let mut imports = vec!["import KernelClient", "import Support", "import Testing"];
        if self.path.contains("/KernelClientTesting/") {
            imports.push("import KernelClientTesting");
        }
        let mut body = String::new();
        for snippet in &self.snippets {
            let Snippet { line, remark, .. } = snippet;
            let path = &self.path;
            // Lines stay where they are, for what the compiler says of them.
            let mut code = String::new();
            for text in snippet.code.lines() {
                if text.starts_with("import ") {
                    imports.push(text);
                } else {
                    code.push_str(text);
                }
                code.push('\n');
            }
            let at = format!(
                "#sourceLocation(file: {path:?}, line: {})\n{code}#sourceLocation()\n",
                line + 1
            );
            let script = match remark.strip_prefix("runs: ") {
                Some(script) => Some(script),
                None if remark.is_empty() => None,
                None => bail!("{path}:{line}: what is `<!-- {remark} -->`?"),
            };
            if snippet.is_hidden || declares(&code) {
                ensure!(
                    script.is_none(),
                    "{path}:{line}: a declaration does not run"
                );
                body.push_str(&at);
            } else {
                let _ = writeln!(
                    body,
                    "@MainActor private func line{line}() async throws {{\n{at}}}"
                );
            }
            if let Some(script) = script {
                let _ = writeln!(
                    body,
                    "@MainActor @Test(\"{path}:{line}\") private func runsLine{line}() async throws {{\n    \
                     try await inWorld({script:?}) {{ try await line{line}() }}\n}}"
                );
            }
            body.push('\n');
        }
        imports.sort_unstable();
        imports.dedup();
        Ok(format!(
            "// @generated by xtask from {}.\n\n{}\n\n#if canImport(FoundationNetworking)\n    import \
             FoundationNetworking\n#endif\n\n{body}",
            self.path,
            imports.join("\n")
        ))
    }
}

/// Whether a block is declarations, by the first of its lines that says something, or because there are tests in it,
/// which no function can hold.
fn declares(code: &str) -> bool {
    let mut lines = code.lines().filter(|line| !line.is_empty());
    let first = lines.find(|line| !line.starts_with("//"));
    first.is_some_and(|line| DECLARATIONS.iter().any(|word| line.starts_with(word)))
        || lines.any(|line| line.starts_with("@Test"))
}

/// What the comments of a source say, each line in its place.
fn comments(source: &str) -> String {
    let said = source.lines().map(|line| {
        let comment = line.trim_start().strip_prefix("///").unwrap_or_default();
        comment.strip_prefix(' ').unwrap_or(comment)
    });
    said.collect::<Vec<_>>().join("\n")
}

/// Whether the parts of manifests are such.
pub(super) fn check_manifests(
    session: &Session,
    log: &mut Log,
    swift: &Swift,
    folder: &Path,
) -> Result<()> {
    let manifests = read(session)?.into_iter().flat_map(|it| it.manifests);
    for (number, _) in manifests.enumerate() {
        let folder = folder.join(format!("Manifests/{number}"));
        let mut package = swift.command(session, "swift", &folder, None);
        log.run(package.args(["package", "dump-package"]))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::Document;

    const ARTICLE: &str = "\
# Title

<!-- swift
let id = \"ma_123\"
-->

<!-- runs: password -->
```swift
import Foundation

print(id)
```

```swift
// What it is.
struct Own {}
```

<!-- in a manifest -->
```swift
    dependencies: []
```
";

    #[test]
    fn declarations_are_declared_and_the_rest_is_a_function() {
        let document = Document::new("a/Title.md".to_owned(), ARTICLE).unwrap();
        assert_eq!(document.manifests.len(), 1);
        let expected = "\
// @generated by xtask from a/Title.md.

import Foundation
import KernelClient
import Support
import Testing

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

#sourceLocation(file: \"a/Title.md\", line: 4)
let id = \"ma_123\"
#sourceLocation()

@MainActor private func line8() async throws {
#sourceLocation(file: \"a/Title.md\", line: 9)


print(id)
#sourceLocation()
}
@MainActor @Test(\"a/Title.md:8\") private func runsLine8() async throws {
    try await inWorld(\"password\") { try await line8() }
}

#sourceLocation(file: \"a/Title.md\", line: 15)
// What it is.
struct Own {}
#sourceLocation()

";
        assert_eq!(document.swift().unwrap(), expected);
    }

    #[test]
    fn a_source_speaks_in_its_comments() {
        let source = "/// It does.\n///\n/// ```swift\n/// go()\n/// ```\nfunc go() {}\n";
        let document = Document::new("a/Go.swift".to_owned(), source).unwrap();
        assert_eq!(
            (document.module.as_str(), document.file.as_str()),
            ("CommentsSnippets", "Go.swift")
        );
        let swift = document.swift().unwrap();
        assert!(swift.contains("line: 4)\ngo()\n"), "{swift}");
    }

    #[test]
    fn what_is_not_understood_is_an_error() {
        for remark in ["run: password", "runs password"] {
            let article = format!("<!-- {remark} -->\n```swift\ngo()\n```\n");
            let document = Document::new("a.md".to_owned(), &article).unwrap();
            assert!(document.swift().is_err(), "{remark}");
        }
        let article = "<!-- runs: password -->\n```swift\nstruct Own {}\n```\n";
        assert!(
            Document::new("a.md".to_owned(), article)
                .unwrap()
                .swift()
                .is_err()
        );
    }
}
