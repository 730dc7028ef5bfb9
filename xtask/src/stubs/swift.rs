//! The generated part of the Swift package, which uniffi reads out of the built library.

use anyhow::{Context as _, Result};

use super::Stub;
use crate::package::copy_tree;
use crate::session::Session;
use crate::step::Log;

const PACKAGE: &str = "bindings-swift";
const GENERATED: [&str; 5] = [
    "Sources/KernelClient/Generated/KernelModels.swift",
    "Sources/KernelClient/Generated/KernelNative.swift",
    "Sources/KernelClient/Generated/KernelConformances.swift",
    "Sources/KernelClientFFI/KernelModelsFFI.h",
    "Sources/KernelClientFFI/KernelNativeFFI.h",
];

pub(super) fn generated(session: &Session, log: &mut Log) -> Result<Vec<Stub>> {
    let workspace = &session.workspace;
    // The generator and a library for it to read; nobody runs that one, so it is not optimised.
    let mut cargo = workspace.cargo();
    log.run(cargo.args([
        "build",
        "--package",
        "kernel-client-swift",
        "--features",
        "bindgen",
    ]))?;
    // Into a folder beside the package, to be compared with it.
    let folder = workspace.target().join("swift-generated");
    copy_tree(
        &workspace.path(PACKAGE).join("uniffi.toml"),
        &folder.join("uniffi.toml"),
    )?;
    let debug = workspace.target().join("debug");
    let mut bindgen = workspace.command(debug.join("bindgen"));
    log.run(
        bindgen
            .arg(debug.join("libkernel_client_swift.a"))
            .arg(&folder),
    )?;
    let mut stubs = Vec::new();
    for file in GENERATED {
        let text = std::fs::read_to_string(folder.join(file))
            .with_context(|| format!("no {file} was written"))?;
        stubs.push(Stub {
            path: format!("{PACKAGE}/{file}"),
            text,
        });
    }
    Ok(stubs)
}
