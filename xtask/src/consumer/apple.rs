//! What the Swift package is on Apple platforms, as far as a machine can tell that is none: its manifest, and the way of
//! the library into it. `xcframework.sh` runs whole, with stand-ins for the three programs that only a Mac has.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, bail, ensure};
use serde_json::Value;

use super::write;
use crate::build::SwiftPackage;
use crate::package::copy_tree;
use crate::session::Session;
use crate::step::Log;
use crate::tally::Tally;

const SCRIPT: &str = "bindings-swift/Scripts/xcframework.sh";
const MODULE: &str = "KernelClientFFI";
const URL_SESSION: &str = "KernelClientURLSession";
const ADDRESS: &str = "https://downloads.example/swift-v0.1.0/KernelClientFFI.xcframework.zip";
const STAND_INS: [(&str, &str); 3] = [
    ("cargo", include_str!("apple/cargo.sh")),
    ("lipo", include_str!("apple/lipo.sh")),
    ("xcodebuild", include_str!("apple/xcodebuild.sh")),
];
/// What the stand-ins note of a framework: for which processors it was built, and which of them share a library.
const NOTED: &str = "\
cargo aarch64-apple-ios ios 15.0 macos 12.0
lipo ios aarch64-apple-ios
cargo aarch64-apple-ios-sim ios 15.0 macos 12.0
cargo x86_64-apple-ios ios 15.0 macos 12.0
lipo ios-simulator aarch64-apple-ios-sim x86_64-apple-ios
cargo aarch64-apple-darwin ios 15.0 macos 12.0
cargo x86_64-apple-darwin ios 15.0 macos 12.0
lipo macos aarch64-apple-darwin x86_64-apple-darwin
";

pub(super) fn prove(
    session: &Session,
    swift: &SwiftPackage,
    package: &Path,
    tally: &mut Tally,
) -> Result<()> {
    let apple = Apple::new(session, swift, package)?;
    let mut step = |name: &str, check: &dyn Fn(&mut Log) -> Result<()>| {
        let name = format!("swift for Apple: {name}");
        tally.check(&name, session.steps.task(&name, check));
    };
    step("a package without a framework", &|log| {
        apple.without_framework(log)
    });
    step("a release", &|log| apple.release(log));
    step("a framework beside the package", &|log| apple.beside(log));
    step("headers and library of a framework", &|log| {
        apple.linked(log)
    });
    step("what is no release is refused", &|log| apple.refused(log));
    Ok(())
}

struct Apple<'a> {
    session: &'a Session,
    swift: &'a SwiftPackage,
    /// With all else in it.
    folder: PathBuf,
    /// The sources of the packed package, and the script.
    package: PathBuf,
    zip: PathBuf,
}

impl<'a> Apple<'a> {
    fn new(session: &'a Session, swift: &'a SwiftPackage, packed: &Path) -> Result<Self> {
        let folder = session.workspace.target().join("package/apple");
        if folder.exists() {
            std::fs::remove_dir_all(&folder)?;
        }
        let package = folder.join("package");
        for part in ["Package.swift", "Sources", "Examples", "Tests"] {
            copy_tree(&packed.join(part), &package.join(part))?;
        }
        copy_tree(
            &session.workspace.path(SCRIPT),
            &package.join("Scripts/xcframework.sh"),
        )?;
        let programs = folder.join("bin");
        for (name, script) in STAND_INS {
            executable(session, &programs, name, script)?;
        }
        // The toolchain may be in a root folder of its own.
        let mut swift_here = String::from("#!/bin/sh\nexec");
        let toolchain = swift.tools().command(session, "swift", &folder, None);
        for word in std::iter::once(toolchain.get_program()).chain(toolchain.get_args()) {
            let word = word.to_string_lossy();
            ensure!(!word.contains('\''), "{word} cannot be quoted");
            let _ = write!(swift_here, " '{word}'");
        }
        executable(
            session,
            &programs,
            "swift",
            &format!("{swift_here} \"$@\"\n"),
        )?;
        let zip = folder.join("target/apple/KernelClientFFI.xcframework.zip");
        Ok(Self {
            session,
            swift,
            folder,
            package,
            zip,
        })
    }

    fn without_framework(&self, log: &mut Log) -> Result<()> {
        let manifest = self.manifest(log)?;
        let (url, checksum) = released(&manifest)?;
        ensure!(
            url.starts_with("https://") && url.ends_with("/KernelClientFFI.xcframework.zip"),
            "the framework would be at {url}"
        );
        ensure!(checksum.len() == 64, "its checksum would be {checksum}");
        let resources = target(&manifest, "KernelClient")?.pointer("/resources/0/path");
        ensure!(
            resources.and_then(Value::as_str) == Some("PrivacyInfo.xcprivacy"),
            "the privacy manifest is not a resource of the library"
        );
        // There the library has URLSession in it, here that is a module of its own.
        let path =
            |manifest, name| Ok::<_, anyhow::Error>(target(manifest, name)?.get("path").cloned());
        ensure!(
            target(&manifest, "KernelClient")?
                .pointer("/exclude/0")
                .is_none()
                && path(&manifest, URL_SESSION)?.is_none_or(|path| path.is_null()),
            "the library of an Apple platform has not everything in it"
        );
        // Here it is neither a resource nor something that SwiftPM wonders about.
        let here = self.dumped(log, &mut self.describe("dump-package", false))?;
        ensure!(
            path(&here, URL_SESSION)? == Some("Sources/KernelClient/URLSession".into()),
            "there is no module of its own for URLSession"
        );
        let here = target(&here, "KernelClient")?;
        let left_out = here.get("exclude");
        ensure!(
            here.pointer("/resources/0").is_none()
                && left_out == Some(&["PrivacyInfo.xcprivacy", "URLSession"].into()),
            "the library has in it what is of Apple platforms only"
        );
        Ok(())
    }

    fn release(&self, log: &mut Log) -> Result<()> {
        self.noted(log, &["release", ADDRESS])?;
        let checksum = log.output(self.session.workspace.command("sha256sum").arg(&self.zip))?;
        let (url, written) = released(&self.manifest(log)?)?;
        ensure!(url == ADDRESS, "the manifest says {url}");
        ensure!(
            checksum.starts_with(&written),
            "the manifest says {written}, and it is {checksum}"
        );
        // The same contents at another time, under another name.
        let again = self.folder.join("again");
        let framework = self.zip.with_extension("");
        copy_tree(&framework, &again.join("KernelClientFFI.xcframework"))?;
        let zip = again.join("KernelClientFFI.xcframework.zip");
        log.run(
            self.script(&["zip"])
                .arg(again.join("KernelClientFFI.xcframework"))
                .arg(&zip),
        )?;
        ensure!(
            std::fs::read(&zip)? == std::fs::read(&self.zip)?,
            "zipped again it has other bytes"
        );
        Ok(())
    }

    fn beside(&self, log: &mut Log) -> Result<()> {
        self.noted(log, &["local"])?;
        let manifest = self.manifest(log)?;
        let library = target(&manifest, MODULE)?;
        ensure!(
            library.get("path").and_then(Value::as_str) == Some("KernelClientFFI.xcframework")
                && library.get("url").is_none(),
            "the manifest takes {library}"
        );
        // SwiftPM looks into it as well, and refuses what it does not take for a framework.
        let described = self.dumped(
            log,
            self.describe("describe", true).args(["--type", "json"]),
        )?;
        let library = target(&described, MODULE)?.get("type");
        ensure!(
            library.and_then(Value::as_str) == Some("binary"),
            "SwiftPM sees {library:?}"
        );
        // Gone again, the released one counts.
        std::fs::remove_dir_all(self.package.join("KernelClientFFI.xcframework"))?;
        let (url, _) = released(&self.manifest(log)?)?;
        ensure!(url == ADDRESS, "the manifest says {url}");
        Ok(())
    }

    /// Compiles, links and runs a program with nothing but a framework's own headers and library.
    fn linked(&self, log: &mut Log) -> Result<()> {
        let source =
            "import KernelClientFFI\nprint(ffi_kernel_client_swift_uniffi_contract_version())\n";
        let source = write(&self.folder, "main.swift", source)?;
        let slice = self.zip.with_extension("").join("linux-macos");
        let program = self.folder.join("linked");
        let mut swiftc = self
            .swift
            .tools()
            .command(self.session, "swiftc", &self.folder, None);
        swiftc
            .arg("-I")
            .arg(slice.join("Headers"))
            .arg(source)
            .arg("-L")
            .arg(&slice)
            .args(["-lkernel_client_swift", "-o"])
            .arg(&program);
        log.run(&mut swiftc)?;
        let said = log.output(&mut self.swift.program(self.session, &program, None))?;
        ensure!(said.trim().parse::<u32>().is_ok(), "it said {said}");
        Ok(())
    }

    fn refused(&self, log: &mut Log) -> Result<()> {
        let text = |path: &Path| -> Result<String> { Ok(std::fs::read_to_string(path)?) };
        let manifest = self.package.join("Package.swift");
        let before = text(&manifest)?;
        let other = write(&self.folder, "Other.swift", "// swift-tools-version: 6.0\n")?;
        for (address, manifest, why) in [
            (ADDRESS, &other, "has no place for"),
            (&ADDRESS.replace("https", "http"), &manifest, "is not where"),
            (&ADDRESS.replace("FFI", ""), &manifest, "is not where"),
            (
                &ADDRESS.replace("v0", "|"),
                &manifest,
                "is no plain address",
            ),
        ] {
            let mut script = self.script(&["manifest"]);
            script.arg(&self.zip).arg(address).arg(manifest);
            self.fails(log, &mut script, why)?;
        }
        ensure!(text(&manifest)? == before, "the manifest has changed");
        let framework = self.folder.join("again/KernelClientFFI.xcframework");
        let headers = framework.join("linux-ios/Headers");
        let map = headers.join(MODULE).join("module.modulemap");
        let good = text(&map)?;
        let linking = good.replace("    export", "    link \"kernel_client_swift\"\n    export");
        let looks = |log: &mut Log, why| {
            let mut script = self.script(&["check"]);
            self.fails(log, script.arg(&framework), why)
        };
        for (bad, why) in [
            (linking, "names a library to link"),
            (
                good.replace("NativeFFI.h", "OtherFFI.h"),
                "has no KernelOtherFFI.h",
            ),
        ] {
            std::fs::write(&map, bad)?;
            looks(log, why)?;
        }
        std::fs::write(&map, &good)?;
        log.run(self.script(&["check"]).arg(&framework))?;
        std::fs::write(headers.join("module.modulemap"), &good)?;
        looks(log, "has headers outside")
    }

    /// The script, which finds the stand-ins.
    fn script(&self, words: &[&str]) -> Command {
        let mut script = self.session.workspace.command("sh");
        script
            .current_dir(&self.folder)
            .arg(self.package.join("Scripts/xcframework.sh"))
            .args(words)
            .env("PATH", super::path_with(&self.folder.join("bin")))
            .env("CARGO_TARGET_DIR", self.folder.join("target"))
            .env("STAND_IN", self.swift.library())
            .env("STAND_IN_LOG", self.folder.join("noted"));
        script
    }

    /// Runs a command of the script that builds a framework, and compares what the stand-ins noted.
    fn noted(&self, log: &mut Log, words: &[&str]) -> Result<()> {
        let noted = write(&self.folder, "noted", "")?;
        log.run(&mut self.script(words))?;
        let noted = std::fs::read_to_string(noted)?;
        ensure!(noted == NOTED, "it built something else:\n{noted}");
        Ok(())
    }

    fn fails(&self, log: &mut Log, command: &mut Command, why: &str) -> Result<()> {
        let output = command.output()?;
        let said = String::from_utf8_lossy(&output.stderr);
        log.note(said.trim());
        ensure!(
            !output.status.success() && said.contains(why),
            "not refused with `{why}`: {said}"
        );
        Ok(())
    }

    /// The manifest as it is for Apple platforms.
    fn manifest(&self, log: &mut Log) -> Result<Value> {
        self.dumped(log, &mut self.describe("dump-package", true))
    }

    fn describe(&self, verb: &str, apple: bool) -> Command {
        let mut command = self
            .swift
            .tools()
            .command(self.session, "swift", &self.package, None);
        // A manifest that was read before would be taken for the present one.
        command.args(["package", "--manifest-cache", "none", verb]);
        if apple {
            command.env("KERNEL_CLIENT_MANIFEST", "apple");
        }
        command
    }

    fn dumped(&self, log: &mut Log, command: &mut Command) -> Result<Value> {
        let text = log.output(command)?;
        serde_json::from_str(&text).context("SwiftPM printed no JSON")
    }
}

/// A target of a manifest.
fn target<'v>(manifest: &'v Value, name: &str) -> Result<&'v Value> {
    let targets = manifest.get("targets").and_then(Value::as_array);
    targets
        .into_iter()
        .flatten()
        .find(|target| target.get("name").and_then(Value::as_str) == Some(name))
        .with_context(|| format!("the manifest has no target {name}"))
}

/// Where the framework is downloaded from, and its checksum.
fn released(manifest: &Value) -> Result<(String, String)> {
    let library = target(manifest, MODULE)?;
    let text = |name| Some(library.get(name)?.as_str()?.to_owned());
    let (Some(url), Some(checksum), Some("binary")) = (
        text("url"),
        text("checksum"),
        library.get("type").and_then(Value::as_str),
    ) else {
        bail!("the manifest takes {library}");
    };
    Ok((url, checksum))
}

fn executable(session: &Session, folder: &Path, name: &str, script: &str) -> Result<()> {
    let file = write(folder, name, script)?;
    let marked = session
        .workspace
        .command("chmod")
        .arg("+x")
        .arg(&file)
        .status()?;
    ensure!(marked.success(), "{} cannot be run", file.display());
    Ok(())
}
