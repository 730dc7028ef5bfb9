//! The documentation of the Swift package. It is compiled in a package of its own in `target/swift-docs`: the sources
//! of the real one, stand-ins for what they import of Apple's frameworks, and the snippets. So the parts for Apple
//! platforms are read by a compiler here too, and links to them lead somewhere.

mod snippets;

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, ensure};
use serde_json::Value;

use crate::build::{SwiftPackage, write_changed};
use crate::session::Session;
use crate::step::Log;
use crate::tally::{self, Tally};
use crate::toolchain::Swift;

const SOURCES: &str = "bindings-swift/Sources";
/// The stand-ins, and what snippets find around them.
const AROUND: &str = "tests/snippets";
/// The modules that are public, each with a catalogue of its own.
const MODULES: [&str; 2] = ["KernelClient", "KernelClientTesting"];

/// Writes the package of the documentation; gives its folder.
fn lay_out(session: &Session) -> Result<PathBuf> {
    let workspace = &session.workspace;
    let folder = workspace.target().join("swift-docs");
    for module in [
        "KernelClient",
        "KernelClientFFI",
        "KernelClientTesting",
        "KernelClientURLSession",
    ] {
        link(
            &workspace.path(SOURCES).join(module),
            &folder.join("Sources").join(module),
        )?;
    }
    link(&workspace.path(AROUND), &folder.join("Sources/Around"))?;
    let documents = snippets::read(session)?;
    let mut there = Vec::new();
    for document in &documents {
        let file = folder
            .join("Tests")
            .join(&document.module)
            .join(&document.file);
        write_changed(&file, document.swift()?.as_bytes())?;
        there.push(file);
    }
    remove_others(&folder.join("Tests"), &there)?;
    let modules = documents.iter().map(|document| document.module.as_str());
    write_changed(&folder.join("Package.swift"), manifest(modules).as_bytes())?;
    let fragments = documents.iter().flat_map(|document| &document.manifests);
    for (number, fragment) in fragments.enumerate() {
        let file = folder.join(format!("Manifests/{number}/Package.swift"));
        write_changed(&file, fragment.as_bytes())?;
    }
    Ok(folder)
}

/// Where a compilation of the public modules left what it says of them.
pub(crate) struct Compiled {
    folder: PathBuf,
    /// The listing of all that is public in `KernelClient`.
    pub(crate) interface: PathBuf,
}

/// Compiles the public modules, so that the compiler lists what is public in them.
pub(crate) fn compile(session: &Session, log: &mut Log, swift: &Swift) -> Result<Compiled> {
    let folder = lay_out(session)?;
    // Apart from what is built to be run, in which a `switch` need not expect the cases of later versions.
    let scratch = folder.join("listed");
    let mut build = swift.command(session, "swift", &folder, None);
    build
        .args(["build", "--target", "KernelClientTesting", "--scratch-path"])
        .arg(&scratch);
    // The text is not to be compiled again, as that of a library that is shipped without its sources would be.
    for option in [
        "-enable-library-evolution",
        "-emit-module-interface",
        "-no-verify-emitted-module-interface",
    ] {
        build.args(["-Xswiftc", option]);
    }
    log.run(&mut build)?;
    Ok(Compiled {
        interface: scratch.join("debug/KernelClient.build/KernelClient.swiftinterface"),
        folder,
    })
}

/// Whether every link of the documentation leads somewhere, and all that is public stands under some heading. Leaves
/// the pages in `target/swift-docs/pages`.
pub(crate) fn check(session: &Session, swift: &Swift) -> Result<()> {
    session.steps.task("swift: documentation", |log| {
        let folder = compile(session, log, swift)?.folder;
        std::fs::create_dir_all(folder.join("pages"))?;
        for module in MODULES {
            let pages = folder.join("pages").join(module);
            let mut docc = swift.docc(session, &folder);
            docc.arg("convert")
                .arg(format!("Sources/{module}/{module}.docc"))
                .arg("--additional-symbol-graph-dir")
                .arg(folder.join("symbols").join(module))
                .arg("--output-dir")
                .arg(&pages)
                .arg("--warnings-as-errors");
            log.run(&mut docc)?;
            let landing = format!("data/documentation/{}.json", module.to_lowercase());
            let landing = std::fs::read_to_string(pages.join(landing))?;
            let landing = serde_json::from_str(&landing)?;
            let strays = strays(&landing);
            ensure!(
                strays.is_empty(),
                "under no heading of {module}.docc: {}",
                strays.join(", ")
            );
        }
        snippets::check_manifests(session, log, swift, &folder)
    })
}

/// Compiles the snippets, and runs those that say so.
pub(crate) fn test(session: &Session, swift: &SwiftPackage, simulator: &Path, tally: &mut Tally) {
    let name = "swift: snippets of the documentation";
    match lay_out(session) {
        Ok(folder) => {
            let mut command = swift.test_of(session, &folder);
            command.env("KERNEL_SIMULATOR_BINARY", simulator);
            tally::counted(session, name, &mut command, tally::of_swift, tally);
        }
        Err(error) => tally.fail(format!("{name}: {error:#}")),
    }
}

/// What the page of a module shows in groups that `docc` made up, as nobody says where it belongs.
fn strays(page: &Value) -> Vec<&str> {
    let groups = page["topicSections"].as_array().into_iter().flatten();
    let made_up = groups.filter(|group| group["generated"] == true);
    let symbols = made_up.flat_map(|group| group["identifiers"].as_array().into_iter().flatten());
    symbols
        .filter_map(|symbol| symbol.as_str()?.rsplit('/').next())
        .collect()
}

/// The package: the stand-ins first, as sources ask whether they are there. `URLSession` is part of `KernelClient`, as on
/// Apple platforms.
fn manifest<'a>(modules: impl Iterator<Item = &'a str>) -> String {
    let mut tests: Vec<&str> = modules.collect();
    tests.dedup();
    format!(
        r#"// swift-tools-version: 6.0
import PackageDescription

#if os(Linux)
    let standIns = ["Combine", "SwiftUI", "AuthenticationServices"]
#else
    let standIns: [String] = []
#endif

func graph(of module: String) -> [SwiftSetting] {{
    [.unsafeFlags(["-emit-symbol-graph", "-emit-symbol-graph-dir", "\(Context.packageDirectory)/symbols/\(module)"])]
}}

let package = Package(
    name: "Documentation",
    platforms: [.macOS(.v15)],
    targets: standIns.map {{
        .target(
            name: $0, dependencies: $0 == "SwiftUI" ? ["Combine"] : [], path: "Sources/Around/Apple/\($0)"
        )
    }} + [
        .systemLibrary(name: "KernelClientFFI"),
        .target(
            name: "KernelClient", dependencies: ["KernelClientFFI"] + standIns.map {{ .init(stringLiteral: $0) }},
            exclude: ["PrivacyInfo.xcprivacy"], swiftSettings: graph(of: "KernelClient")
        ),
        .target(
            name: "KernelClientTesting", dependencies: ["KernelClient"], swiftSettings: graph(of: "KernelClientTesting")
        ),
        .target(name: "KernelClientURLSession", dependencies: ["KernelClient"]),
        .target(name: "Support", dependencies: ["KernelClientTesting"], path: "Sources/Around/Support"),
    ] + {tests:?}.map {{
        .testTarget(
            name: $0, dependencies: ["KernelClientTesting", "KernelClientURLSession", "Support"],
            swiftSettings: [.unsafeFlags(["-suppress-warnings"])]
        )
    }},
    swiftLanguageModes: [.v6]
)
"#
    )
}

/// Makes `to` lead to `from`.
fn link(from: &Path, to: &Path) -> Result<()> {
    if std::fs::read_link(to).is_ok_and(|there| there == from) {
        return Ok(());
    }
    if let Some(folder) = to.parent() {
        std::fs::create_dir_all(folder)?;
    }
    let _ = std::fs::remove_file(to);
    #[cfg(unix)]
    std::os::unix::fs::symlink(from, to)
        .with_context(|| format!("cannot make {}", to.display()))?;
    Ok(())
}

/// Removes the Swift files below a folder that nobody wrote.
fn remove_others(folder: &Path, written: &[PathBuf]) -> Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            remove_others(&path, written)?;
        } else if path.extension() == Some(OsStr::new("swift")) && !written.contains(&path) {
            std::fs::remove_file(path)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::strays;

    #[test]
    fn what_docc_grouped_by_itself_is_a_stray() {
        let page = json!({"topicSections": [
            {"title": "Clients", "identifiers": ["doc://K/documentation/K/Kernel"]},
            {"title": "Structures", "generated": true, "identifiers": ["doc://K/documentation/K/Page"]},
        ]});
        assert_eq!(strays(&page), ["Page"]);
        assert!(strays(&json!({})).is_empty());
    }
}
