//! Chaos: follows that are cut at random places, the same ones for the same seed.

use std::collections::HashMap;

use serde::Deserialize;

use crate::ticket::scramble;

/// How a world makes trouble.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Chaos {
    seed: u64,
    /// How likely trouble is at an event, in percent.
    #[serde(default = "percent")]
    percent: u64,
    /// How much trouble there is at most between two new states.
    #[serde(default = "cuts")]
    cuts: u32,
}

fn percent() -> u64 {
    30
}

fn cuts() -> u32 {
    2
}

/// What happens to a follow at an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Mischief {
    pub(crate) place: Place,
    pub(crate) orderly: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    Before,
    Inside,
    After,
}

/// The trouble of a world so far, by connections.
#[derive(Debug, Default)]
pub(crate) struct Trouble(HashMap<String, Unrest>);

#[derive(Debug, Default)]
struct Unrest {
    draws: u64,
    cuts: u32,
    /// The newest state that went out whole.
    newest: (String, usize),
}

impl Chaos {
    fn draw(&self, connection: &str, unrest: &mut Unrest) -> Option<u64> {
        if unrest.cuts >= self.cuts {
            return None;
        }
        unrest.draws += 1;
        let start = scramble(self.seed) ^ unrest.draws;
        let drawn = connection
            .bytes()
            .fold(start, |word, byte| scramble(word ^ u64::from(byte)));
        (drawn % 100 < self.percent).then(|| {
            unrest.cuts += 1;
            drawn / 100
        })
    }
}

impl Trouble {
    /// Whether a follow of the connection is turned away.
    pub(crate) fn refuses(&mut self, chaos: Chaos, connection: &str) -> bool {
        let unrest = self.of(connection);
        // A quarter as likely as a cut: it costs the follower more.
        let before = unrest.cuts;
        let drawn = chaos.draw(connection, unrest);
        let refused = drawn.is_some_and(|drawn| drawn % 4 == 0);
        if !refused {
            unrest.cuts = before;
        }
        refused
    }

    /// What happens to a follow of the connection at its next event.
    pub(crate) fn next(&mut self, chaos: Chaos, connection: &str) -> Option<Mischief> {
        let drawn = chaos.draw(connection, self.of(connection))?;
        Some(Mischief {
            place: match drawn % 3 {
                0 => Place::Before,
                1 => Place::Inside,
                _ => Place::After,
            },
            orderly: drawn / 3 % 2 == 0,
        })
    }

    /// The first `count` states of a flow have gone out whole; `cut` tells whether the stream was cut right after.
    pub(crate) fn passed(&mut self, connection: &str, flow: &str, count: usize, cut: bool) {
        let unrest = self.of(connection);
        let (newest, known) = &unrest.newest;
        if newest != flow || *known < count {
            unrest.newest = (flow.to_owned(), count);
            unrest.cuts = u32::from(cut);
        }
    }

    fn of(&mut self, connection: &str) -> &mut Unrest {
        self.0.entry(connection.to_owned()).or_default()
    }
}
