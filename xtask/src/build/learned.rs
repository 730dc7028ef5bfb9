//! A library that is built for how it is used: it is built to watch itself, a program uses it, and then it is built anew.
//! What takes time in use becomes fast, and all the rest small.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, ensure};

use super::placed;
use crate::session::Session;
use crate::toolchain::llvm;

/// Cargo's profile for it.
const PROFILE: &str = "learned";
/// So much of what the library did, in millionths, was done by what is made fast. LLVM's own 990000 makes what Swift links
/// 0.2 MB larger.
const FAST: u32 = 950_000;

/// A crate, and the file that its static library is.
pub(super) struct Library {
    pub(super) krate: &'static str,
    pub(super) file: &'static str,
}

/// Builds the library; gives where it is, or `None` where nothing reads what it wrote of itself. `uses`: what builds a
/// program with the library in a folder, and runs it.
pub(super) fn build(
    session: &Session,
    language: &str,
    library: &Library,
    uses: impl Fn(&Path) -> [Command; 2],
) -> Result<Option<PathBuf>> {
    let Some(profdata) = llvm::profdata(session)? else {
        session.steps.say(&format!(
            "  {language}: built without a profile, a tenth slower: no llvm-profdata, which `rustup component add llvm-tools` brings"
        ));
        return Ok(None);
    };
    let workspace = &session.workspace;
    let folder = workspace.target().join(PROFILE);
    let host = llvm::host(session)?;
    let builder = Builder {
        session,
        library,
        folder: &folder,
        host: &host,
    };

    let raw = folder.join("raw");
    let watched = session
        .steps
        .task(&format!("{language}: native library, watched"), |log| {
            let flag = format!("-Cprofile-generate={}", raw.display());
            log.run(&mut builder.cargo("watched", &[flag]))?;
            placed(&builder.built("watched"), &folder.join("placed"))
        })?;
    let profile = folder.join("profile.profdata");
    let learned_of = folder.join("learned-of");
    let name = watched.to_string_lossy();
    // As long as it is the same library, what was learned stays.
    let is_learned = std::fs::read_to_string(&learned_of).is_ok_and(|of| of == name);
    if !is_learned || !profile.exists() {
        session
            .steps
            .task(&format!("{language}: training"), |log| {
                if raw.exists() {
                    std::fs::remove_dir_all(&raw)?;
                }
                for mut command in uses(watched.parent().unwrap_or(&watched)) {
                    log.run(&mut command)?;
                }
                ensure!(raw.exists(), "the library wrote nothing of what it did");
                let mut merge = workspace.command(&profdata);
                log.run(merge.arg("merge").arg("-o").args([&profile, &raw]))?;
                std::fs::write(&learned_of, &*name).context("cannot say what was learned of")
            })?;
    }
    let flags = [
        format!("-Cprofile-use={}", profile.display()),
        format!("-Cllvm-args=-profile-summary-cutoff-hot={FAST}"),
    ];
    session.steps.run(
        &format!("{language}: native library"),
        &mut builder.cargo("used", &flags),
    )?;
    Ok(Some(builder.built("used")))
}

struct Builder<'a> {
    session: &'a Session,
    library: &'a Library,
    folder: &'a Path,
    host: &'a str,
}

impl Builder<'_> {
    /// In a folder for these flags, as cargo builds anew what was built with others; and for a target, or else what takes part
    /// in the build would watch itself as well.
    fn cargo(&self, part: &str, flags: &[String]) -> Command {
        let workspace = &self.session.workspace;
        let mut cargo = workspace.cargo_build(PROFILE, &[self.library.krate]);
        workspace.without_paths_and(&mut cargo, flags);
        cargo
            .args(["--target", self.host])
            .env("CARGO_TARGET_DIR", self.folder.join(part));
        cargo
    }

    fn built(&self, part: &str) -> PathBuf {
        let built = self.folder.join(part).join(self.host).join(PROFILE);
        built.join(self.library.file)
    }
}
