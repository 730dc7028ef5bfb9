//! `storm.json`: how many flows, how often they are cut, and how much memory that may take.

use anyhow::{Context as _, Result, ensure};
use serde::Deserialize;
use serde_json::{Value, json};

#[derive(Deserialize)]
pub(crate) struct Storm {
    pub(crate) flows: usize,
    pub(crate) rounds: u64,
    seed: u64,
    chaos: Value,
    /// Steps of a login between its first state and its last.
    steps: usize,
    pub(crate) memory: Limits,
}

/// In KiB.
#[derive(Deserialize)]
pub(crate) struct Limits {
    of_a_follow: u64,
    of_later_rounds: u64,
}

/// How long the first state lasts, on the clock of the world. A later one is left as soon as it was seen.
pub(crate) const START_MS: u64 = 1000;

impl Storm {
    pub(crate) fn read() -> Result<Self> {
        serde_json::from_str(include_str!("../storm.json")).context("storm.json")
    }

    /// The states of one login.
    pub(crate) fn events(&self) -> usize {
        self.steps + 2
    }

    pub(crate) fn ids(&self) -> Vec<String> {
        (0..self.flows).map(|flow| format!("ma_{flow}")).collect()
    }

    /// The world of a round: every login runs already, and its clock stands still.
    pub(crate) fn world(&self, round: u64) -> Value {
        let mut chaos = self.chaos.clone();
        if let Value::Object(chaos) = &mut chaos {
            chaos.insert("seed".to_owned(), json!(self.seed + round));
        }
        let mut steps = vec![json!({ "discover": { "ms": START_MS } })];
        // Each state has a text of its own, so that one told twice is not taken for the next.
        steps.extend(
            (1..=self.steps)
                .map(|step| json!({ "external": { "message": format!("step {step}"), "ms": 0 } })),
        );
        let connections: Vec<Value> = self
            .ids()
            .into_iter()
            .map(|id| json!({ "id": id, "script": "long", "flow": "running" }))
            .collect();
        json!({
            "connections": connections,
            "scripts": { "long": { "steps": steps } },
            "pace": 1,
            "frozen": true,
            "chaos": chaos,
        })
    }
}

impl Limits {
    /// Whether a program kept within them: resident when idle, and at most by the end of each round.
    pub(crate) fn judge(&self, flows: usize, idle: u64, after: &[u64]) -> Result<()> {
        let (Some(first), Some(last)) = (after.first(), after.last()) else {
            return Ok(());
        };
        let (used, allowed) = (first.saturating_sub(idle), self.of_a_follow * flows as u64);
        ensure!(
            used <= allowed,
            "{flows} follows took {used} KiB, more than {allowed}"
        );
        let grown = last.saturating_sub(*first);
        ensure!(
            grown <= self.of_later_rounds,
            "the rounds after the first took {grown} KiB more, over {}",
            self.of_later_rounds
        );
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::{Limits, Storm};

    #[test]
    fn memory_is_judged() {
        let limits = Limits {
            of_a_follow: 10,
            of_later_rounds: 50,
        };
        assert!(limits.judge(10, 1000, &[1100, 1120, 1150]).is_ok());
        assert!(limits.judge(10, 1000, &[1101, 1101]).is_err());
        assert!(limits.judge(10, 1000, &[1100, 1120, 1151]).is_err());
    }

    #[test]
    fn rounds_differ_and_are_the_same_again() {
        let storm = Storm::read().unwrap();
        assert_eq!(storm.world(1), storm.world(1));
        assert_ne!(storm.world(1), storm.world(2));
    }
}
