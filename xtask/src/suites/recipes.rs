//! The programs of bindings-python/RECIPES.md, in an environment with what they use.

use anyhow::Result;

use super::{Suite, Tools};
use crate::build::Built;
use crate::cli::Language;
use crate::session::Session;
use crate::tally;
use crate::toolchain::{Python, python};

const FOLDER: &str = "bindings-python/recipes";

pub(super) fn prepare(session: &Session) -> Result<Option<Python>> {
    if !session.has(Language::Python) {
        return Ok(None);
    }
    let requirements = format!("{FOLDER}/requirements.txt");
    let step = "recipes: packages of Python";
    python::prepare_in(session, "recipes", &requirements, step).map(Some)
}

pub(super) fn suite(session: &Session, built: &Built, tools: &Tools) -> Result<Option<Suite>> {
    let (Some(python), Some(package)) = (&tools.recipes, &built.python) else {
        return Ok(None);
    };
    let mut pip = python.command(session, "python");
    pip.args(["-m", "pip", "install", "--no-index", "--no-deps"])
        .args(["--force-reinstall"])
        .arg(&package.wheel);
    session.steps.run("recipes: the wheel", &mut pip)?;
    let mut command = python.command(session, "python");
    command
        .current_dir(session.workspace.path(FOLDER))
        .args(["-m", "pytest", "-p", "no:cacheprovider", "--color=no"])
        .arg("test_recipes.py")
        .env("KERNEL_SIMULATOR_BINARY", &built.rust.simulator)
        .env("PYTHONDONTWRITEBYTECODE", "1");
    Ok(Some(Suite {
        name: "python: recipes",
        command,
        count: tally::of_pytest,
    }))
}
