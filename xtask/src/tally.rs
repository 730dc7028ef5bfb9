//! How many checks hold, and which do not.

use std::process::Command;

use anyhow::{Result, bail, ensure};

use crate::session::Session;

#[derive(Default)]
pub(crate) struct Tally {
    pub(crate) passed: usize,
    pub(crate) failed: usize,
    failures: Vec<String>,
}

/// What one run of a test program counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Counts {
    pub(crate) passed: usize,
    pub(crate) failed: usize,
}

impl Tally {
    /// One check that holds, or does not. The step that made it has shown why.
    pub(crate) fn check(&mut self, name: &str, outcome: Result<()>) {
        match outcome {
            Ok(()) => self.passed += 1,
            Err(error) => self.fail(format!("{name}: {error:#}")),
        }
    }

    pub(crate) fn fail(&mut self, what: String) {
        self.failed += 1;
        self.failures.push(what);
    }

    /// A test program: what it counted, and whether it ended well. One that ran nothing has failed.
    pub(crate) fn program(&mut self, name: &str, counts: Counts, ended: Result<()>) {
        self.passed += counts.passed;
        if counts.failed > 0 {
            self.failed += counts.failed;
            self.failures
                .push(format!("{name}: {} failed", counts.failed));
        } else if let Err(error) = ended {
            self.fail(format!("{name}: {error:#}"));
        } else if counts.passed == 0 {
            self.fail(format!("{name}: not one test ran"));
        }
    }

    /// Adds what was counted elsewhere.
    pub(crate) fn absorb(&mut self, part: Self) {
        self.passed += part.passed;
        self.failed += part.failed;
        self.failures.extend(part.failures);
    }

    /// The failures, a line each.
    pub(crate) fn failures(&self) -> &[String] {
        &self.failures
    }
}

impl Counts {
    fn add(&mut self, passed: usize, failed: usize) {
        self.passed += passed;
        self.failed += failed;
    }
}

/// Runs a test program and counts what it says it ran.
pub(crate) fn counted(
    session: &Session,
    name: &str,
    command: &mut Command,
    count: fn(&str) -> Result<Counts>,
    tally: &mut Tally,
) {
    let mut counts = Ok(Counts::default());
    let ended = session.steps.task(name, |log| {
        let ended = log.run(command);
        counts = count(&log.text()?);
        if let Err(error) = &counts {
            log.note(format!("{error:#}"));
        }
        ended
    });
    match counts {
        Ok(counts) => tally.program(name, counts, ended),
        Err(error) => tally.fail(format!("{name}: {error:#}")),
    }
}

/// `test result: ok. 3 passed; 0 failed; 0 ignored; ...`, once per test binary.
pub(crate) fn of_cargo(output: &str) -> Result<Counts> {
    let mut counts = Counts::default();
    for line in output
        .lines()
        .filter_map(|line| line.trim().strip_prefix("test result: "))
    {
        counts.add(before(line, " passed")?, before(line, " failed")?);
        ensure!(before(line, " ignored")? == 0, "a Rust test was ignored");
    }
    Ok(counts)
}

/// `== 1 failed, 5 passed in 0.20s ==`, as the last line.
pub(crate) fn of_pytest(output: &str) -> Result<Counts> {
    let Some(line) = output.lines().rfind(|line| {
        line.contains(" in ")
            && line.starts_with(['=', '1', '2', '3', '4', '5', '6', '7', '8', '9'])
    }) else {
        bail!("pytest printed no summary");
    };
    let number = |name| before(line, name).unwrap_or(0);
    ensure!(
        number(" skipped") + number(" xfailed") + number(" deselected") == 0,
        "a Python test was skipped: {line}"
    );
    Ok(Counts {
        passed: number(" passed"),
        failed: number(" failed") + number(" error"),
    })
}

/// `5 passed, 0 failed`, as the last line.
pub(crate) fn of_last_line(output: &str) -> Result<Counts> {
    let line = output.lines().last().unwrap_or_default();
    Ok(Counts {
        passed: before(line, " passed")?,
        failed: before(line, " failed")?,
    })
}

/// `# pass 5` and its kin, from the TAP reporter.
pub(crate) fn of_node(output: &str) -> Result<Counts> {
    let number = |name: &str| -> usize {
        output
            .lines()
            .filter_map(|line| line.strip_prefix(name)?.trim().parse::<usize>().ok())
            .sum()
    };
    ensure!(
        number("# skipped ") + number("# todo ") == 0,
        "a Node test was skipped"
    );
    Ok(Counts {
        passed: number("# pass "),
        failed: number("# fail ") + number("# cancelled "),
    })
}

/// `Executed 3 tests, with 1 failure`, from `XCTest`, and `Test run with 5 tests passed`, from Swift Testing.
pub(crate) fn of_swift(output: &str) -> Result<Counts> {
    let mut counts = Counts::default();
    // XCTest counts each suite, and last the suite of them all.
    if let Some(line) = output
        .lines()
        .map(str::trim)
        .rfind(|line| line.starts_with("Executed "))
    {
        ensure!(!line.contains("skipped"), "a Swift test was skipped");
        let (all, failed) = (before(line, " test")?, before(line, " failure")?);
        counts.add(all.saturating_sub(failed), failed);
    }
    for line in output
        .lines()
        .filter_map(|line| line.split_once("Test run with "))
        .map(|(_, rest)| rest)
    {
        let all = before(line, " test")?;
        match line.contains(" passed") {
            true => counts.add(all, 0),
            // It says how many issues there were, not how many tests had one.
            false => counts.add(0, 1),
        }
    }
    Ok(counts)
}

/// The number that stands before a word.
fn before(line: &str, word: &str) -> Result<usize> {
    let Some((head, _)) = line.split_once(word) else {
        bail!("no number of{word} in `{line}`")
    };
    let digits = head.len() - head.trim_end_matches(|c: char| c.is_ascii_digit()).len();
    Ok(head
        .get(head.len() - digits..)
        .unwrap_or_default()
        .parse()?)
}

#[cfg(test)]
mod tests {
    use super::{Counts, Tally, of_cargo, of_node, of_pytest, of_swift};

    #[test]
    fn cargo_prints_a_line_per_binary() {
        let output = "test result: ok. 3 passed; 0 failed; 0 ignored; 0 measured\n\
                      test result: FAILED. 1 passed; 2 failed; 0 ignored; 0 measured\n";
        assert_eq!(
            of_cargo(output).unwrap(),
            Counts {
                passed: 4,
                failed: 2
            }
        );
        assert!(of_cargo("test result: ok. 3 passed; 0 failed; 1 ignored;").is_err());
    }

    #[test]
    fn pytest_prints_one_line() {
        assert_eq!(
            of_pytest("..F\n=== 1 failed, 12 passed in 0.20s ===\n").unwrap(),
            Counts {
                passed: 12,
                failed: 1
            }
        );
        assert_eq!(
            of_pytest("12 passed in 0.20s\n").unwrap(),
            Counts {
                passed: 12,
                failed: 0
            }
        );
        assert_eq!(
            of_pytest("=== 1 error in 0.20s ===\n").unwrap(),
            Counts {
                passed: 0,
                failed: 1
            }
        );
        assert!(of_pytest("=== 1 passed, 1 skipped in 0.20s ===\n").is_err());
        assert!(of_pytest("").is_err());
    }

    #[test]
    fn node_prints_a_line_per_outcome() {
        let output = "# tests 3\n# pass 2\n# fail 0\n# cancelled 1\n# skipped 0\n# todo 0\n";
        assert_eq!(
            of_node(output).unwrap(),
            Counts {
                passed: 2,
                failed: 1
            }
        );
        assert!(of_node("# pass 2\n# skipped 1\n").is_err());
    }

    #[test]
    fn swift_has_two_test_libraries() {
        let output = "\t Executed 2 tests, with 0 failures (0 unexpected) in 0.1 seconds\n\
                      \t Executed 3 tests, with 1 failure (0 unexpected) in 0.1 seconds\n\
                      \u{2714} Test run with 5 tests passed after 0.1 seconds.\n";
        assert_eq!(
            of_swift(output).unwrap(),
            Counts {
                passed: 7,
                failed: 1
            }
        );
        let failed = "\u{2718} Test run with 5 tests failed after 0.1 seconds with 1 issue.\n";
        assert_eq!(
            of_swift(failed).unwrap(),
            Counts {
                passed: 0,
                failed: 1
            }
        );
    }

    #[test]
    fn a_program_that_ran_nothing_has_failed() {
        let mut tally = Tally::default();
        tally.program("nothing", Counts::default(), Ok(()));
        assert_eq!((tally.passed, tally.failed), (0, 1));
    }
}
