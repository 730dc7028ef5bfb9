//! Proves that the compiler refuses a call: a program with it must not compile, and must once it is put right.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::SystemTime;

use anyhow::{Context, Result, bail, ensure};
use kernel_client_tests::{Call, File, field};
use serde_json::{Map, Value};

/// The parameters that are objects, and their types.
const TYPES: &[(&str, &str)] = &[
    ("proxy", "Proxy"),
    ("browser", "Browser"),
    ("browser.proxy", "BrowserProxy"),
    ("browser.telemetry", "BrowserTelemetry"),
    ("browser_telemetry", "BrowserTelemetry"),
    ("credential", "CredentialReference"),
    ("handler", "InputAnswer"),
];

/// The parameters that are values by the name of their field.
const VALUES: &[&str] = &["field_values", "fields", "handler.field_values"];

/// What does not hold, by scenario. All programs are compiled in two runs: the right ones and the wrong ones.
pub(crate) fn prove(files: &[File]) -> Result<BTreeMap<String, Vec<String>>> {
    let mut right = BTreeMap::new();
    let mut wrong = BTreeMap::new();
    for file in files {
        let scenario = file.parsed();
        let good = scenario.good.as_ref().context("checked when it was read")?;
        let call = scenario.call.as_ref().context("checked when it was read")?;
        let module = file.name.replace('-', "_");
        wrong.insert(module.clone(), program(&scenario.client, call)?);
        right.insert(
            module,
            program(
                good.client.as_ref().unwrap_or(&scenario.client),
                good.call.as_ref().unwrap_or(call),
            )?,
        );
    }
    let refused_right = compile("right", &right)?;
    let refused_wrong = compile("wrong", &wrong)?;
    let notes = files.iter().map(|file| {
        let module = file.name.replace('-', "_");
        let mut notes = Vec::new();
        if let Some(error) = refused_right.get(&module) {
            notes.push(format!("the right program does not compile: {error}"));
        }
        if !refused_wrong.contains_key(&module) {
            notes.push(format!(
                "the compiler accepts it: {}",
                wrong.get(&module).map_or("", String::as_str)
            ));
        }
        (file.name.clone(), notes)
    });
    Ok(notes.collect())
}

/// A program that makes a client and a call.
fn program(client: &Map<String, Value>, call: &Call) -> Result<String> {
    let options = |given: &Map<String, Value>| -> Result<String> {
        given
            .iter()
            .map(|(name, value)| {
                let value = literal(name, value)?;
                Ok(match name.as_str() {
                    // It may be more than a number.
                    "timeout" => {
                        format!("{name}: Some(Some(kernel_client::Timeout::from({value}))), ")
                    }
                    _ => format!("{name}: Some({value}.into()), "),
                })
            })
            .collect()
    };
    let (on, operation) = call
        .method
        .rsplit_once('.')
        .context("a method of something")?;
    let on = match on {
        "auth.connections" => "client.auth().connections()",
        "session" => "session",
        other => bail!("{other} is not written here"),
    };
    let mut arguments = call.args.clone();
    let mut take = |names: &[&str]| -> Result<Vec<String>> {
        let given = names
            .iter()
            .filter_map(|name| Some((name, arguments.remove(*name)?)));
        given.map(|(name, value)| literal(name, &value)).collect()
    };
    let mut expression = if operation == "create" {
        let required = take(&["domain", "profile_name"])?.join(", ");
        let setters = setters("", &arguments)?;
        format!(
            "{on}.create(kernel_client::models::ConnectionCreateParams::new({required}){setters})"
        )
    } else {
        let named: &[&str] = if on == "session" {
            &[]
        } else {
            &["id", "handoff_code"]
        };
        let required = take(named)?.join(", ");
        let mut setters = setters("", &arguments)?;
        if operation == "login_and_wait" {
            let params = "kernel_client::models::ConnectionLoginParams::default()";
            setters = format!(".params({params}{setters})");
        }
        format!("{on}.{operation}({required}){setters}")
    };
    if !call.options.is_empty() {
        expression.push_str(&format!(
            ".options(kernel_client::CallOptions {{ {}..Default::default() }})",
            options(&call.options)?
        ));
    }
    for answer in call.handler.iter().flatten() {
        expression.push_str(&format!(
            ".on_input(|_| async {{ Ok::<_, kernel_client::Error>({}) }})",
            literal("handler", answer)?
        ));
    }
    Ok(format!(
        "pub fn program(session: kernel_client::ManagedAuthSession) -> Result<(), kernel_client::Error> {{\n    \
             let client = kernel_client::Kernel::new(kernel_client::ClientOptions {{ {}..Default::default() }})?;\n    \
             drop({expression});\n    \
             Ok(())\n\
         }}\n",
        options(client)?,
    ))
}

fn setters(path: &str, fields: &Map<String, Value>) -> Result<String> {
    fields
        .iter()
        .map(|(name, value)| {
            Ok(format!(
                ".{name}({})",
                literal(&format!("{path}{name}"), value)?
            ))
        })
        .collect()
}

fn literal(path: &str, value: &Value) -> Result<String> {
    Ok(match value {
        Value::Null => "None".to_owned(),
        Value::Bool(_) | Value::Number(_) => value.to_string(),
        Value::String(text) if path.ends_with("[]") => format!("{text:?}.to_owned()"),
        Value::String(text) => format!("{text:?}"),
        Value::Array(items) => {
            let items: Vec<_> = items
                .iter()
                .map(|item| literal(&format!("{path}[]"), item))
                .collect::<Result<_>>()?;
            format!("vec![{}]", items.join(", "))
        }
        Value::Object(fields) if VALUES.contains(&path) => {
            let values: Vec<_> = fields
                .iter()
                .map(|(name, value)| Ok(format!("({name:?}, {})", literal(path, value)?)))
                .collect::<Result<_>>()?;
            format!("[{}]", values.join(", "))
        }
        Value::Object(fields) => {
            let name = TYPES.iter().find(|(known, _)| *known == path);
            let (_, name) =
                name.with_context(|| format!("the type of {path} is not known here"))?;
            format!(
                "kernel_client::models::{name}::default(){}",
                setters(&format!("{path}."), fields)?
            )
        }
    })
}

/// Compiles programs as modules of one crate: for each that is refused, the first error.
fn compile(name: &str, programs: &BTreeMap<String, String>) -> Result<BTreeMap<String, String>> {
    let libraries = libraries()?;
    let folder = libraries
        .parent()
        .context("a folder of libraries has a parent")?
        .join("scenario-programs")
        .join(name);
    std::fs::create_dir_all(&folder)?;
    let mut root = String::new();
    for (module, text) in programs {
        root.push_str(&format!("pub mod {module};\n"));
        std::fs::write(folder.join(format!("{module}.rs")), text)?;
    }
    std::fs::write(folder.join("lib.rs"), root)?;

    let compiler = std::env::var_os("RUSTC").unwrap_or_else(|| OsString::from("rustc"));
    let output = Command::new(compiler)
        .args([
            "--edition=2024",
            "--crate-type=lib",
            "--emit=metadata",
            "--error-format=json",
        ])
        .arg(format!("--crate-name={name}"))
        .arg("--out-dir")
        .arg(&folder)
        .arg("-L")
        .arg(join("dependency=", &libraries))
        .arg("--extern")
        .arg(join("kernel_client=", &newest_client(&libraries)?))
        .arg(folder.join("lib.rs"))
        .output()
        .context("rustc")?;
    let errors = String::from_utf8(output.stderr)?;
    let refused = refused(&errors)?;
    let strange: BTreeSet<_> = refused
        .keys()
        .filter(|module| !programs.contains_key(*module))
        .collect();
    ensure!(
        strange.is_empty(),
        "the compiler complains outside the programs: {errors}"
    );
    ensure!(
        output.status.success() == refused.is_empty(),
        "the compiler failed without a word: {errors}"
    );
    Ok(refused)
}

/// The modules in which the compiler found errors, with the first of each.
fn refused(errors: &str) -> Result<BTreeMap<String, String>> {
    let mut refused = BTreeMap::new();
    for line in errors.lines() {
        let message: Value = serde_json::from_str(line).with_context(|| line.to_owned())?;
        if field(&message, "level") != "error" {
            continue;
        }
        let spans = field(&message, "spans").as_array().into_iter().flatten();
        for span in spans.filter(|span| field(span, "is_primary") == true) {
            let file = field(span, "file_name").as_str().unwrap_or_default();
            let module = Path::new(file)
                .file_stem()
                .and_then(|stem| stem.to_str())
                .unwrap_or_default();
            let text = field(&message, "message").as_str().unwrap_or_default();
            refused
                .entry(module.to_owned())
                .or_insert_with(|| text.to_owned());
        }
    }
    Ok(refused)
}

fn join(before: &str, path: &Path) -> OsString {
    let mut text = OsString::from(before);
    text.push(path);
    text
}

/// Where cargo put the libraries of this very build: beside this program.
fn libraries() -> Result<PathBuf> {
    let program = std::env::current_exe()?;
    Ok(program
        .parent()
        .context("a program is in a folder")?
        .to_owned())
}

/// The client as it was built last. Builds with other features lie beside it; cargo has just brought the one
/// that this program is linked with up to date, so the newest is made of the sources as they are.
fn newest_client(libraries: &Path) -> Result<PathBuf> {
    let mut newest: Option<(SystemTime, PathBuf)> = None;
    for entry in std::fs::read_dir(libraries)? {
        let path = entry?.path();
        let name = path
            .file_name()
            .and_then(|name| name.to_str())
            .unwrap_or_default();
        if name.starts_with("libkernel_client-") && name.ends_with(".rlib") {
            let built = path.metadata()?.modified()?;
            if newest.as_ref().is_none_or(|(time, _)| built > *time) {
                newest = Some((built, path));
            }
        }
    }
    match newest {
        Some((_, path)) => Ok(path),
        None => bail!("there is no client in {}", libraries.display()),
    }
}
