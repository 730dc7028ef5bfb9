//! The Swift package as a user gets it: sources, and the static library in an artifact bundle.

use std::path::{Path, PathBuf};

use anyhow::Result;
use serde_json::json;

use super::copy_tree;
use crate::build::SwiftPackage;
use crate::session::Session;
use crate::step::Log;

/// What a user of the package needs of its folder.
const PARTS: [&str; 5] = ["Package.swift", "README.md", "Sources", "Examples", "Tests"];
const SCRIPT: &str = "bindings-swift/Scripts/xcframework.sh";

pub(super) fn pack(
    session: &Session,
    log: &mut Log,
    swift: &SwiftPackage,
    dist: &Path,
) -> Result<PathBuf> {
    let workspace = &session.workspace;
    let to = dist.join("KernelClient");
    for part in PARTS {
        copy_tree(&workspace.path("bindings-swift").join(part), &to.join(part))?;
    }
    copy_tree(&workspace.path("LICENSE"), &to.join("LICENSE"))?;
    let library = swift.library();
    let name = library.file_name().unwrap_or_default();
    let lib = to.join("lib");
    if !cfg!(target_os = "linux") {
        copy_tree(library, &lib.join(name))?;
        return Ok(to);
    }
    let processor = std::env::consts::ARCH;
    let slice = format!("{processor}-linux");
    let bundle = to.join("KernelClientFFI.artifactbundle");
    let path = Path::new(&slice).join(name);
    copy_tree(library, &bundle.join(&path))?;
    log.run(
        workspace
            .command("sh")
            .args([SCRIPT, "headers"])
            .arg(bundle.join("include")),
    )?;
    // Compilers differ in what they call themselves: Debian's is for a pc.
    let triples = ["unknown", "pc"].map(|vendor| format!("{processor}-{vendor}-linux-gnu"));
    let description = json!({
        "schemaVersion": "1.0",
        "artifacts": {
            "KernelClientFFI": {
                "type": "staticLibrary",
                "version": env!("CARGO_PKG_VERSION"),
                "variants": [{
                    "path": path,
                    "supportedTriples": triples,
                    "staticLibraryMetadata": {
                        "headerPaths": ["include/KernelClientFFI"],
                        "moduleMapPath": "include/KernelClientFFI/module.modulemap",
                    },
                }],
            },
        },
    });
    std::fs::write(bundle.join("info.json"), format!("{description:#}\n"))?;
    // For a Swift that takes no library out of a bundle.
    let link = Path::new("KernelClientFFI.artifactbundle").join(slice);
    log.run(workspace.command("ln").arg("-s").arg(link).arg(lib))?;
    Ok(to)
}
