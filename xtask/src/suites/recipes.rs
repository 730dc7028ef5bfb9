//! The programs of RECIPES.md, of Python and of Node, beside what they use.

use anyhow::Result;

use super::{Suite, Tools};
use crate::build::{Built, NodePackage, PythonPackage};
use crate::cli::Language;
use crate::package;
use crate::session::Session;
use crate::tally;
use crate::toolchain::{Node, Python, node, python};

const OF_PYTHON: &str = "bindings-python/recipes";
const OF_NODE: &str = "bindings-node/recipes";

pub(super) fn prepare_python(session: &Session) -> Result<Option<Python>> {
    if !session.has(Language::Python) {
        return Ok(None);
    }
    let requirements = format!("{OF_PYTHON}/requirements.txt");
    let step = "recipes: packages of Python";
    python::prepare_in(session, "recipes", &requirements, step).map(Some)
}

pub(super) fn prepare_node(session: &Session) -> Result<Option<Node>> {
    if !session.has(Language::Node) {
        return Ok(None);
    }
    node::prepare_in(session, OF_NODE, "recipes: packages of Node").map(Some)
}

pub(super) fn suites(session: &Session, built: &Built, tools: &Tools) -> Result<Vec<Suite>> {
    let mut suites = Vec::new();
    if let (Some(python), Some(package)) = (&tools.recipes_python, &built.python) {
        suites.push(of_python(session, python, package)?);
    }
    if let (Some(node), Some(package)) = (&tools.recipes_node, &built.node) {
        suites.push(of_node(session, node, package)?);
    }
    for suite in &mut suites {
        suite
            .command
            .env("KERNEL_SIMULATOR_BINARY", &built.rust.simulator);
    }
    Ok(suites)
}

fn of_python(session: &Session, python: &Python, package: &PythonPackage) -> Result<Suite> {
    let mut pip = python.command(session, "python");
    pip.args(["-m", "pip", "install", "--no-index", "--no-deps"])
        .args(["--force-reinstall"])
        .arg(&package.wheel);
    session.steps.run("recipes: the wheel", &mut pip)?;
    let mut command = python.command(session, "python");
    command
        .current_dir(session.workspace.path(OF_PYTHON))
        .args(["-m", "pytest", "-p", "no:cacheprovider", "--color=no"])
        .arg("test_recipes.py")
        .env("PYTHONDONTWRITEBYTECODE", "1");
    Ok(Suite {
        name: "python: recipes",
        command,
        count: tally::of_pytest,
    })
}

fn of_node(session: &Session, node: &Node, built: &NodePackage) -> Result<Suite> {
    let modules = node.package().join("node_modules");
    let packed = session.workspace.target().join("package/recipes");
    session.steps.task("recipes: the npm packages", |log| {
        std::fs::create_dir_all(&packed)?;
        let tarballs = package::node(session, log, built, &packed)?;
        // npm leaves alone what is there in the same version.
        for name in ["kernel-client", &tarballs.platform_name] {
            let installed = modules.join(name);
            if installed.exists() {
                std::fs::remove_dir_all(installed)?;
            }
        }
        log.run(
            node.npm(session)
                .args(["install", "--no-save", "--offline"])
                .args([tarballs.main, tarballs.platform]),
        )
    })?;
    Ok(Suite {
        name: "node: recipes",
        command: node.tests(session, ".", ".test.mjs", &[])?,
        count: tally::of_node,
    })
}
