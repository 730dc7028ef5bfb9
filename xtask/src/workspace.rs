//! Where things are, and commands that see the same environment on every machine.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result};

#[derive(Debug)]
pub(crate) struct Workspace {
    root: PathBuf,
}

impl Workspace {
    pub(crate) fn find() -> Result<Self> {
        let manifest = std::env::var_os("CARGO_MANIFEST_DIR")
            .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")), PathBuf::from);
        let root = manifest
            .parent()
            .context("xtask stands in a folder of the workspace")?;
        let root = root
            .canonicalize()
            .with_context(|| format!("{} is gone", root.display()))?;
        Ok(Self { root })
    }

    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    /// A path given from the root, such as `bindings-node/package.json`.
    pub(crate) fn path(&self, inside: impl AsRef<Path>) -> PathBuf {
        self.root.join(inside)
    }

    pub(crate) fn target(&self) -> PathBuf {
        self.path("target")
    }

    /// What the commands install.
    pub(crate) fn tools(&self) -> PathBuf {
        self.path("target/tools")
    }

    /// What `package` makes.
    pub(crate) fn dist(&self) -> PathBuf {
        self.path("target/dist")
    }

    /// A command at the root that reads nothing from the terminal, free of the caller's `KERNEL_*` settings and of
    /// what `cargo run` adds for xtask itself: build scripts that watch those variables would run again each time.
    pub(crate) fn command(&self, program: impl AsRef<OsStr>) -> Command {
        let mut command = Command::new(program);
        command.current_dir(&self.root).stdin(Stdio::null());
        for (name, _) in std::env::vars_os() {
            let text = name.to_string_lossy();
            let of_cargo_run = [
                "CARGO_PKG_",
                "CARGO_MANIFEST_",
                "CARGO_BIN_",
                "CARGO_CRATE_",
                "CARGO_PRIMARY_",
            ];
            if text.starts_with("KERNEL_")
                || of_cargo_run.iter().any(|prefix| text.starts_with(prefix))
            {
                command.env_remove(&name);
            }
        }
        for name in ["LD_LIBRARY_PATH", "DYLD_FALLBACK_LIBRARY_PATH"] {
            let Some(folders) = std::env::var_os(name) else {
                continue;
            };
            let kept = std::env::split_paths(&folders).filter(|folder| {
                !folder.starts_with(self.target())
                    && !folder.components().any(|c| c.as_os_str() == "rustlib")
                    && !is_rust_sysroot(folder)
            });
            match std::env::join_paths(kept) {
                Ok(kept) if !kept.is_empty() => command.env(name, kept),
                _ => command.env_remove(name),
            };
        }
        command.env("CARGO_TARGET_DIR", self.target());
        command
    }

    pub(crate) fn cargo(&self) -> Command {
        self.command(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
    }

    /// `cargo build` of what ships.
    pub(crate) fn cargo_release(&self, packages: &[&str]) -> Command {
        self.cargo_build("release", packages)
    }

    /// The same in a profile of the workspace's own.
    pub(crate) fn cargo_build(&self, profile: &str, packages: &[&str]) -> Command {
        let mut cargo = self.cargo();
        cargo.args(["build", "--profile", profile, "--locked"]);
        for package in packages {
            cargo.args(["--package", package]);
        }
        self.without_paths(&mut cargo);
        cargo
    }

    /// Keeps the folders of this machine out of what a command builds for release: a panic tells where in the sources
    /// it came from. All builds for release need it, as cargo builds anew what was built with other flags.
    pub(crate) fn without_paths(&self, command: &mut Command) {
        self.without_paths_and(command, &[]);
    }

    /// The same with more flags for the compiler.
    pub(crate) fn without_paths_and(&self, command: &mut Command, more: &[String]) {
        const SEPARATOR: &str = "\u{1f}";
        let given = |name| std::env::var(name).ok();
        let mut flags: Vec<String> = match given("CARGO_ENCODED_RUSTFLAGS") {
            Some(flags) => flags.split(SEPARATOR).map(str::to_owned).collect(),
            None => given("RUSTFLAGS").map_or_else(Vec::new, |flags| {
                flags.split_whitespace().map(str::to_owned).collect()
            }),
        };
        flags.retain(|flag| !flag.is_empty());
        flags.extend_from_slice(more);
        for (folder, name) in self.folders() {
            flags.push(format!("--remap-path-prefix={}={name}", folder.display()));
        }
        command.env("CARGO_ENCODED_RUSTFLAGS", flags.join(SEPARATOR));
    }

    /// Where sources are, and how programs call it. The last one that fits counts.
    fn folders(&self) -> Vec<(PathBuf, &'static str)> {
        let home = std::env::home_dir();
        let of_tool = |variable: &str, folder: &str| {
            let named = std::env::var_os(variable).map(PathBuf::from);
            named.or_else(|| Some(home.as_ref()?.join(folder)))
        };
        let cargo = of_tool("CARGO_HOME", ".cargo");
        let mut folders: Vec<_> = [
            (cargo.clone(), "cargo"),
            (of_tool("RUSTUP_HOME", ".rustup"), "rust"),
        ]
        .into_iter()
        .filter_map(|(folder, name)| Some((folder?, name)))
        .collect();
        // One folder for each registry or mirror of one: its name differs from machine to machine.
        let registries = cargo.and_then(|cargo| cargo.join("registry/src").read_dir().ok());
        let mut registries: Vec<_> = registries
            .into_iter()
            .flatten()
            .flatten()
            .map(|entry| (entry.path(), "crates"))
            .collect();
        registries.sort();
        folders.append(&mut registries);
        folders.push((self.root.clone(), "kernel-client"));
        folders
    }
}

fn is_rust_sysroot(folder: &Path) -> bool {
    folder
        .parent()
        .is_some_and(|sysroot| sysroot.join("lib/rustlib").is_dir())
}

/// The full path of a program, if `PATH` has it.
pub(crate) fn which(program: &str) -> Option<PathBuf> {
    let folders = std::env::var_os("PATH")?;
    std::env::split_paths(&folders)
        .map(|folder| folder.join(program))
        .find(|file| is_executable(file))
}

#[cfg(unix)]
fn is_executable(file: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::metadata(file)
        .is_ok_and(|meta| meta.is_file() && meta.permissions().mode() & 0o111 != 0)
}

#[cfg(not(unix))]
fn is_executable(file: &Path) -> bool {
    file.is_file()
}
