//! What the runners say, as a matrix of scenario by language. A cell without a word is a failure.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context as _, Result, bail};
use serde_json::Value;

use crate::table;
use crate::tally::Tally;

/// Draws the matrix and counts its cells. `lines`: what the runners wrote. `broken`: languages whose runner did not
/// end well.
pub(super) fn draw(
    scenarios: &BTreeSet<String>,
    languages: &[&str],
    lines: &str,
    broken: &[&str],
    tally: &mut Tally,
) -> Result<String> {
    let said = read(lines)?;
    let head = std::iter::once("scenario").chain(languages.iter().copied());
    let mut rows = vec![head.map(str::to_owned).collect()];
    let mut with_failures = BTreeSet::new();
    for scenario in scenarios {
        let mut row: Vec<String> = vec![scenario.clone()];
        for language in languages {
            let (cell, why) = match said.get(&(scenario.clone(), (*language).to_owned())) {
                Some(Said { ok: true, .. }) => ("ok", None),
                Some(Said { note, .. }) => ("FAILED", Some(note.as_str())),
                None => ("MISSING", Some("it did not run")),
            };
            match why {
                None => tally.passed += 1,
                Some(why) => {
                    with_failures.insert(*language);
                    tally.fail(format!("scenario {scenario} in {language}: {why}"));
                }
            }
            row.push(cell.to_owned());
        }
        rows.push(row);
    }
    for (scenario, language) in said.keys() {
        if !scenarios.contains(scenario) || !languages.contains(&language.as_str()) {
            tally.fail(format!(
                "scenario {scenario} in {language}: ran, but there is no such scenario or language"
            ));
        }
    }
    for language in broken
        .iter()
        .filter(|language| !with_failures.contains(**language))
    {
        tally.fail(format!(
            "scenarios in {language}: each held, but the runner did not end well"
        ));
    }
    let (rows_count, columns) = (scenarios.len(), languages.len());
    let total = format!(
        "  {rows_count} scenarios x {columns} languages = {}",
        rows_count * columns
    );
    Ok(format!("{}\n{total}", table::layout(&rows)))
}

struct Said {
    ok: bool,
    note: String,
}

/// What the runners wrote. A scenario that one language ran twice holds only if it held both times.
fn read(lines: &str) -> Result<BTreeMap<(String, String), Said>> {
    let mut said: BTreeMap<(String, String), Said> = BTreeMap::new();
    for line in lines.lines().filter(|line| !line.trim().is_empty()) {
        let result: Value =
            serde_json::from_str(line).with_context(|| format!("a runner wrote {line:?}"))?;
        let text = |name| result.get(name).and_then(Value::as_str).map(str::to_owned);
        let (Some(scenario), Some(language), Some(ok)) = (
            text("scenario"),
            text("language"),
            result.get("ok").and_then(Value::as_bool),
        ) else {
            bail!("a runner wrote {line:?}, without scenario, language or ok");
        };
        let now = Said {
            ok,
            note: text("note").unwrap_or_default(),
        };
        match said.entry((scenario, language)) {
            std::collections::btree_map::Entry::Vacant(free) => {
                free.insert(now);
            }
            std::collections::btree_map::Entry::Occupied(mut before) => {
                if !now.ok {
                    before.insert(now);
                }
            }
        }
    }
    Ok(said)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::{draw, read};
    use crate::tally::Tally;

    const SAID: &str = r#"
        {"scenario": "a", "language": "rust", "ok": true}
        {"scenario": "a", "language": "node", "ok": false, "note": "no"}
        {"scenario": "a", "language": "node", "ok": true}
        {"scenario": "b", "language": "rust", "ok": true}
    "#;

    fn drawn(scenarios: &[&str], languages: &[&str], broken: &[&str]) -> (String, Tally) {
        let scenarios: BTreeSet<String> = scenarios.iter().map(|&name| name.to_owned()).collect();
        let mut tally = Tally::default();
        let drawn = draw(&scenarios, languages, SAID, broken, &mut tally).unwrap();
        (drawn, tally)
    }

    #[test]
    fn a_failure_is_not_forgotten_and_a_gap_is_one() {
        let (drawn, tally) = drawn(&["a", "b"], &["rust", "node"], &["node"]);
        let cells: Vec<Vec<&str>> = drawn
            .lines()
            .skip(2)
            .map(|line| line.split_whitespace().collect())
            .collect();
        assert_eq!(cells[..2], [["a", "ok", "FAILED"], ["b", "ok", "MISSING"]]);
        assert!(drawn.ends_with("2 scenarios x 2 languages = 4"));
        assert_eq!((tally.passed, tally.failed), (2, 2));
        assert_eq!(
            tally.failures(),
            [
                "scenario a in node: no",
                "scenario b in node: it did not run"
            ]
        );
    }

    #[test]
    fn a_runner_that_breaks_after_its_last_scenario_is_a_failure() {
        let (_, tally) = drawn(&["a", "b"], &["rust"], &["rust"]);
        assert!(
            tally
                .failures()
                .iter()
                .any(|failure| failure.contains("did not end well"))
        );
    }

    #[test]
    fn what_nobody_asked_for_is_a_failure() {
        let (_, tally) = drawn(&["b"], &["rust"], &[]);
        assert_eq!((tally.passed, tally.failed), (1, 2));
    }

    #[test]
    fn half_a_line_is_an_error() {
        assert!(read(r#"{"scenario": "a", "langu"#).is_err());
        assert!(read(r#"{"scenario": "a", "ok": true}"#).is_err());
    }
}
