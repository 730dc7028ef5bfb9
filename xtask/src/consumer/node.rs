//! The npm tarballs in an empty project, under the package's own name or under that of the official SDK.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Result;
use serde_json::json;

use super::{Program, Project, path_with, write};
use crate::build::NodePackage;
use crate::package::NodeTarballs;
use crate::session::Session;
use crate::step::Log;

pub(super) struct NodeProject<'a> {
    session: &'a Session,
    node: &'a NodePackage,
    tarballs: &'a NodeTarballs,
    /// The name that the package gets.
    name: &'a str,
    /// Installed beside it.
    simulator: Option<&'a NodeTarballs>,
    folder: PathBuf,
}

impl<'a> NodeProject<'a> {
    pub(super) fn new(
        session: &'a Session,
        node: &'a NodePackage,
        tarballs: &'a NodeTarballs,
        name: &'a str,
        folder: PathBuf,
    ) -> Self {
        Self {
            session,
            node,
            tarballs,
            name,
            simulator: None,
            folder,
        }
    }

    pub(super) fn with_simulator(mut self, simulator: Option<&'a NodeTarballs>) -> Self {
        self.simulator = simulator;
        self
    }
}

impl Project for NodeProject<'_> {
    fn install(&self, log: &mut Log, programs: &[Program]) -> Result<()> {
        let mut dependencies = serde_json::Map::new();
        for (name, tarballs) in std::iter::once((self.name, self.tarballs)).chain(
            self.simulator
                .map(|simulator| ("kernel-simulator", simulator)),
        ) {
            let file = |path: &Path| json!(format!("file:{}", path.display()));
            dependencies.insert(name.to_owned(), file(&tarballs.main));
            dependencies.insert(tarballs.platform_name.clone(), file(&tarballs.platform));
        }
        let manifest = json!({ "private": true, "dependencies": dependencies });
        write(&self.folder, "package.json", &manifest.to_string())?;
        // Offline: the packages must need nothing else.
        log.run(
            self.node
                .tools
                .npm(self.session)
                .current_dir(&self.folder)
                .args(["install", "--offline"]),
        )?;
        for program in programs {
            write(&self.folder, &file(program), &program.source)?;
        }
        // The package brings its types along, too.
        let typed = TYPED.replace("PACKAGE", self.name);
        let mut tsc = self.node.tools.tool(self.session, "tsc");
        tsc.current_dir(&self.folder).args([
            "--noEmit",
            "--strict",
            "--module",
            "nodenext",
            "--lib",
            "es2023,dom",
        ]);
        log.run(tsc.arg(write(&self.folder, "typed.mts", &typed)?))
    }

    fn command(&self, program: &Program) -> Command {
        let mut command = self.node.tools.command(self.session);
        // As npm runs the scripts of a project: with its programs on the path.
        command
            .current_dir(&self.folder)
            .env("PATH", path_with(&self.folder.join("node_modules/.bin")))
            .arg(file(program));
        command
    }
}

fn file(program: &Program) -> String {
    let extension = if program.name == REQUIRED {
        "cjs"
    } else {
        "mjs"
    };
    format!("{}.{extension}", program.name)
}

const REQUIRED: &str = "required";

/// Does not compile unless the types of the package are found, and are those of the call.
const TYPED: &str = "\
import Kernel from 'PACKAGE';
const url: Promise<string> = new Kernel().auth.connections.login('ma_login').then((login) => login.hosted_url);
// @ts-expect-error: an id is a text
new Kernel().auth.connections.login(1);
url.then(console.log);
";

/// The package by `require`.
pub(super) fn required() -> Program {
    Program {
        title: "node: installed, by require".to_owned(),
        name: REQUIRED.to_owned(),
        source: "\
const Kernel = require('kernel-client');
new Kernel().auth.connections.login('ma_login').then((login) => console.log(login.hosted_url));
"
        .to_owned(),
        kind: None,
        more: Vec::new(),
    }
}

/// What a user of the official SDK has written.
pub(super) fn official() -> Program {
    Program {
        title: "node: a program of the official SDK, unchanged".to_owned(),
        name: "official".to_owned(),
        source: "\
import Kernel from '@onkernel/sdk';

const client = new Kernel({
  apiKey: process.env['KERNEL_API_KEY'],
});

const login = await client.auth.connections.login('ma_login');
console.log(login.hosted_url);
"
        .to_owned(),
        kind: None,
        more: Vec::new(),
    }
}
