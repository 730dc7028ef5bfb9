//! Each package of `target/dist` installed into an empty project outside the workspace, and used there: by the
//! example of its language, and by the snippets of README.md.

mod apple;
mod node;
mod python;
mod rust;
mod swift;

use std::ffi::OsString;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, ensure};

use crate::build::{Built, RustPrograms};
use crate::demo;
use crate::examples::{self, Kind};
use crate::package::{Dist, check_wheel};
use crate::readme::Snippet;
use crate::session::Session;
use crate::simulator::Simulator;
use crate::step::Log;
use crate::tally::Tally;

/// A program that a user of the package might write.
struct Program {
    /// What the check is called.
    title: String,
    /// A name for its file.
    name: String,
    source: String,
    /// Which example it is, if it is one.
    kind: Option<Kind>,
    /// Files of the program beside its own, by their names.
    more: Vec<(String, String)>,
}

/// A project of one language in an empty folder.
trait Project {
    /// Installs the packages and prepares the programs, which are in no file yet.
    fn install(&self, log: &mut Log, programs: &[Program]) -> Result<()>;

    /// Runs a program.
    fn command(&self, program: &Program) -> Command;
}

/// Proves each package, a check for each of its programs.
pub(crate) fn prove(
    session: &Session,
    built: &Built,
    dist: &Dist,
    snippets: &[Snippet],
    tally: &mut Tally,
) -> Result<()> {
    let prover = Prover {
        session,
        programs: &built.rust,
        site: demo::simulator(session, &built.rust)?,
        snippets,
    };
    let outside = Outside::new(session)?;
    let project = rust::RustProject::new(session, &dist.krate, outside.empty("rust")?);
    prover.prove(
        "rust",
        &["core/examples/login.rs", "core/examples/sign_in.rs"],
        &project,
        Vec::new(),
        tally,
    )?;
    if let (Some(python), Some(wheel)) = (&built.python, &dist.wheel) {
        let name = "python: what is in the wheel";
        let mut check = check_wheel(session, python, wheel);
        tally.check(name, session.steps.run(name, &mut check));
        let project = python::PythonProject::new(session, python, wheel, outside.empty("python")?);
        let examples = [
            "bindings-python/examples/login.py",
            "bindings-python/examples/login_async.py",
            "bindings-python/examples/sign_in.py",
            "bindings-python/examples/sign_in_async.py",
        ];
        prover.prove("python", &examples, &project, Vec::new(), tally)?;
        if let Some(simulator) = &dist.simulator.wheel {
            let folder = outside.empty("python-tests")?;
            let project = python::PythonProject::new(session, python, wheel, folder)
                .with_simulator(simulator);
            let mut tests =
                prover.example("python", "bindings-python/examples/testing/test_shop.py")?;
            let program = prover.example("python", "bindings-python/examples/testing/shop.py")?;
            tests.more.push((program.name, program.source));
            prover.run("python with the simulator", &project, &[tests], tally);
        }
    }
    if let (Some(node), Some(tarballs)) = (&built.node, &dist.node) {
        let project = node::NodeProject::new(
            session,
            node,
            tarballs,
            "kernel-client",
            outside.empty("node")?,
        )
        .with_simulator(dist.simulator.node.as_ref());
        prover.prove(
            "node",
            &[
                "bindings-node/examples/login.mjs",
                "bindings-node/examples/sign_in.mjs",
                "bindings-node/examples/offline.test.mjs",
            ],
            &project,
            vec![node::required()],
            tally,
        )?;
        let project = node::NodeProject::new(
            session,
            node,
            tarballs,
            "@onkernel/sdk",
            outside.empty("node-alias")?,
        );
        prover.run(
            "node as @onkernel/sdk",
            &project,
            &[node::official()],
            tally,
        );
    }
    if let (Some(swift), Some(package)) = (&built.swift, &dist.swift) {
        let project = swift::SwiftProject::new(session, swift, package, outside.empty("swift")?);
        let over_session = Program {
            title: "swift: installed, a login over a session of the program".to_owned(),
            name: "session".to_owned(),
            source: swift::SESSION.to_owned(),
            kind: None,
            more: Vec::new(),
        };
        prover.prove(
            "swift",
            &[
                "bindings-swift/Examples/Login/main.swift",
                "bindings-swift/Examples/SignIn/main.swift",
            ],
            &project,
            vec![over_session],
            tally,
        )?;
        let name = "swift: what a stripped program grows by";
        let outcome = session.steps.task(name, |log| project.prove_size(log));
        tally.check(name, outcome);
        apple::prove(session, swift, package, tally)?;
    }
    outside.remove()
}

struct Prover<'a> {
    session: &'a Session,
    programs: &'a RustPrograms,
    /// Where the examples sign in.
    site: Simulator,
    snippets: &'a [Snippet],
}

impl Prover<'_> {
    /// The examples of a language, `more` programs, and the snippets of README.md in it.
    fn prove(
        &self,
        language: &str,
        examples: &[&str],
        project: &dyn Project,
        more: Vec<Program>,
        tally: &mut Tally,
    ) -> Result<()> {
        let mut programs = more;
        for file in examples {
            programs.push(self.example(language, file)?);
        }
        let fence = if language == "node" { "js" } else { language };
        for snippet in self
            .snippets
            .iter()
            .filter(|snippet| snippet.language == fence)
        {
            programs.push(Program {
                title: format!("README.md line {} ({language})", snippet.line),
                name: format!("readme_{}", snippet.line),
                source: snippet.code.clone(),
                kind: None,
                more: Vec::new(),
            });
        }
        self.run(language, project, &programs, tally);
        Ok(())
    }

    fn example(&self, language: &str, file: &str) -> Result<Program> {
        let path = self.session.workspace.path(file);
        let stem = |path: &Path| {
            let stem = path.file_stem().unwrap_or_default();
            stem.to_string_lossy().into_owned()
        };
        let name = match stem(&path) {
            // In Swift the folder has the name.
            main if main == "main" => stem(path.parent().context("an example in no folder")?),
            name => name,
        };
        let kind = match name.to_lowercase() {
            name if name.starts_with("login") => Some(Kind::Login),
            name if name.starts_with("sign") => Some(Kind::SignIn),
            _ => None,
        };
        Ok(Program {
            title: format!("{language}: installed, the example {name}"),
            source: std::fs::read_to_string(&path)
                .with_context(|| format!("cannot read {}", path.display()))?,
            kind,
            name,
            more: Vec::new(),
        })
    }

    fn run(&self, title: &str, project: &dyn Project, programs: &[Program], tally: &mut Tally) {
        let steps = &self.session.steps;
        // Each project finds the API as it is at first: no login runs yet.
        let ready = steps.task(&format!("{title}: into an empty project"), |log| {
            project.install(log, programs)?;
            Simulator::start(self.session.workspace.command(&self.programs.simulator))
        });
        let simulator = match ready {
            Ok(simulator) => simulator,
            Err(error) => {
                for program in programs {
                    tally.fail(format!("{}: {error:#}", program.title));
                }
                return;
            }
        };
        for program in programs {
            let outcome = steps.task(&program.title, |log| {
                self.use_it(project, program, &simulator, log)
            });
            tally.check(&program.title, outcome);
        }
    }

    fn use_it(
        &self,
        project: &dyn Project,
        program: &Program,
        simulator: &Simulator,
        log: &mut Log,
    ) -> Result<()> {
        let mut command = project.command(program);
        let (simulator, lines) = match program.kind {
            Some(Kind::SignIn) => {
                // A profile signs in to a site once.
                let profile = program
                    .title
                    .replace(|c: char| !c.is_ascii_alphanumeric(), "-");
                command.args(["example.com", &profile]);
                (&self.site, demo::ANSWERS)
            }
            Some(Kind::Login) | None => (simulator, &[][..]),
        };
        let run = examples::finished(command.envs(simulator.environment()), lines)?;
        log.note(format!("{}\n{}", run.stdout, run.stderr));
        ensure!(run.succeeded, "it failed: {}", run.stderr.trim());
        match program.kind {
            Some(Kind::Login) => run.login().map(|_| ()),
            Some(Kind::SignIn) => run.signed_in().map(|_| ()),
            None => Ok(()),
        }
    }
}

/// A folder outside the workspace. Always the same one for a workspace, so that compilers find what they know.
struct Outside(PathBuf);

impl Outside {
    fn new(session: &Session) -> Result<Self> {
        let mut hasher = DefaultHasher::new();
        session.workspace.root().hash(&mut hasher);
        let folder = std::env::temp_dir().join(format!("kernel-client-{:016x}", hasher.finish()));
        ensure!(
            !folder.starts_with(session.workspace.root()),
            "{} is inside the workspace",
            folder.display()
        );
        let outside = Self(folder);
        outside.remove()?;
        Ok(outside)
    }

    fn empty(&self, name: &str) -> Result<PathBuf> {
        let folder = self.0.join(name);
        std::fs::create_dir_all(&folder)
            .with_context(|| format!("cannot create {}", folder.display()))?;
        Ok(folder)
    }

    fn remove(&self) -> Result<()> {
        if self.0.exists() {
            std::fs::remove_dir_all(&self.0)
                .with_context(|| format!("cannot remove {}", self.0.display()))?;
        }
        Ok(())
    }
}

/// The search path of programs, with a folder before all others.
fn path_with(folder: &Path) -> OsString {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders = std::iter::once(folder.to_owned()).chain(std::env::split_paths(&path));
    std::env::join_paths(folders).unwrap_or(path)
}

/// Writes a file of a project.
fn write(folder: &Path, file: &str, text: &str) -> Result<PathBuf> {
    let path = folder.join(file);
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    std::fs::write(&path, text).with_context(|| format!("cannot write {}", path.display()))?;
    Ok(path)
}
