//! This project's packages and what they are held against at the same work, and which goals are reached.

use std::io::{BufRead as _, BufReader, Read as _};
use std::process::{Command, Stdio};
use std::time::Instant;

use anyhow::{Context as _, Result, bail, ensure};
use serde_json::Value;

use super::contenders::{self, Contender, Contest};
use super::goals::{Entry, Goal, Reading, Work};
use super::pin::pinned;
use super::sample::{self, Sample, median, ratios, sorted};
use super::world::EVENTS;
use super::{Servers, verdict};
use crate::build::Packages;
use crate::session::Session;
use crate::step::Log;

/// One program at one work, measured in each round.
struct Arm {
    is_ours: bool,
    job: Job,
    samples: Vec<Sample>,
}

#[derive(Clone, Copy, PartialEq)]
enum Job {
    Calls { mode: &'static str, work: Work },
    Load,
    Empty,
}

/// The table of each language; `false` when a goal is missed.
pub(super) fn run(
    session: &Session,
    packages: &Packages,
    servers: &Servers,
    rounds: usize,
) -> Result<(Vec<String>, bool)> {
    let mut tables = Vec::new();
    let mut ok = true;
    let release = session.workspace.target().join("release");
    for contest in [
        contenders::python(session, packages)?,
        contenders::node(session, packages)?,
        contenders::swift(session, packages, &release),
    ]
    .into_iter()
    .flatten()
    {
        let arms = contest.measure(session, servers, rounds)?;
        let (rows, met) = contest.judge(session, &arms)?;
        ok &= met;
        tables.push(format!(
            "{} beside {}; medians of {rounds} rounds, ratios of the same round\n\n{}",
            contest.language,
            contest.rival,
            crate::table::layout(&rows)
        ));
    }
    Ok((tables, ok))
}

impl Contest<'_> {
    fn measure(&self, session: &Session, servers: &Servers, rounds: usize) -> Result<Vec<Arm>> {
        let mut arms: Vec<Arm> = Vec::new();
        let mut add = |is_ours, job| {
            if !arms
                .iter()
                .any(|arm| arm.is_ours == is_ours && arm.job == job)
            {
                arms.push(Arm {
                    is_ours,
                    job,
                    samples: Vec::new(),
                });
            }
        };
        for is_ours in [true, false] {
            add(is_ours, Job::Empty);
        }
        for entry in self.entries {
            for is_ours in [true, false] {
                match entry.reading {
                    Reading::Import => add(is_ours, Job::Load),
                    Reading::Package | Reading::Installed => {}
                    _ => add(is_ours, entry.job(is_ours)),
                }
            }
        }
        for round in 0..rounds {
            let name = format!(
                "bench: {} beside {}, round {} of {rounds}",
                self.language,
                self.rival,
                round + 1
            );
            session.steps.task(&name, |log| {
                let first = round % arms.len();
                arms.rotate_left(first);
                self.start(log, servers, &mut arms)?;
                for arm in arms.iter_mut().filter(|arm| !arm.job.is_start()) {
                    let sample = self.sample(session, log, servers, arm)?;
                    arm.samples.push(sample);
                }
                arms.rotate_right(first);
                Ok(())
            })?;
        }
        Ok(arms)
    }

    /// A sample of everything that is the start of a program: in turns, as they are held against each other to less
    /// than a millisecond, and a machine may be slow for seconds. The quickest of each counts: everything else only
    /// delays it.
    fn start(&self, log: &mut Log, servers: &Servers, arms: &mut [Arm]) -> Result<()> {
        let mut starts: Vec<_> = arms.iter_mut().filter(|arm| arm.job.is_start()).collect();
        let mut best: Vec<Option<Sample>> = vec![None; starts.len()];
        for _ in 0..STARTS {
            for (arm, best) in starts.iter().zip(&mut best) {
                let sample = started(log, &mut self.command(servers, arm)?)?;
                *best = Some(match best.take() {
                    None => sample,
                    Some(best) => Sample {
                        cpu_us: best.cpu_us.min(sample.cpu_us),
                        wall_us: best.wall_us.min(sample.wall_us),
                        ..best
                    },
                });
            }
        }
        for (arm, best) in starts.iter_mut().zip(best) {
            arm.samples.push(best.context("nothing was started")?);
        }
        Ok(())
    }

    fn sample(
        &self,
        session: &Session,
        log: &mut Log,
        servers: &Servers,
        arm: &Arm,
    ) -> Result<Sample> {
        let mut command = self.command(servers, arm)?;
        let Job::Calls { work, .. } = arm.job else {
            bail!("it is a start");
        };
        if work.is_alone {
            command = pinned(session, command);
        }
        let each = if work.subject == "events" { EVENTS } else { 1 };
        sample::take(log, &mut command, f64::from(work.calls(arm.is_ours) * each))
    }

    fn command(&self, servers: &Servers, arm: &Arm) -> Result<Command> {
        let contender = if arm.is_ours {
            &self.ours
        } else {
            &self.official
        };
        Ok(match arm.job {
            Job::Empty => (contender.empty)(),
            Job::Load => contender.load.as_ref().context("nothing is loaded")?(),
            Job::Calls { mode, work } => {
                let mut command = (contender.program)();
                command
                    .args([mode, work.subject])
                    .args(
                        [work.in_flight, work.calls(arm.is_ours)].map(|number| number.to_string()),
                    )
                    .envs(servers.environment(work.is_alone));
                command
            }
        })
    }

    /// The table, and whether each goal is reached.
    fn judge(&self, session: &Session, arms: &[Arm]) -> Result<(Vec<Vec<String>>, bool)> {
        let head = ["", "ours", "other", "ratio", "range", "by CPU", "goal", ""];
        let mut rows = vec![head.map(str::to_owned).to_vec()];
        let mut ok = true;
        for entry in self.entries {
            let read = |by: Reading, is_ours| self.read(session, arms, entry, by, is_ours);
            let (ours, official) = (read(entry.reading, true)?, read(entry.reading, false)?);
            let times = |ours: &[f64], official: &[f64]| match entry.reading {
                Reading::Rate => ratios(ours, official),
                _ => ratios(official, ours),
            };
            let ratio = times(&ours, &official);
            let middle = |values: &[f64]| median(&sorted(values.to_vec()));
            let by_cpu = match entry.reading {
                Reading::Start | Reading::Rate => {
                    let cpu = ratios(&read(Reading::Cpu, false)?, &read(Reading::Cpu, true)?);
                    format!("{:.1}", median(&cpu)?)
                }
                _ => String::new(),
            };
            let show = |value: f64| match value {
                value if value >= 1000.0 => format!("{value:.0}"),
                value if value < 2.0 => format!("{value:.2}"),
                value => format!("{value:.1}"),
            };
            let (met, goal) = match entry.goal {
                Goal::Times(goal) => (median(&ratio)? >= goal, format!("{} x", show(goal))),
                Goal::AtMost(goal) => (middle(&ours)? <= goal, format!("<= {goal}")),
                Goal::Told => (true, String::new()),
            };
            ok &= met;
            rows.push(vec![
                entry.what.to_owned(),
                show(middle(&ours)?),
                show(middle(&official)?),
                show(median(&ratio)?),
                match (ratio.first(), ratio.last()) {
                    (Some(low), Some(high)) if ratio.len() > 1 => {
                        format!("{}-{}", show(*low), show(*high))
                    }
                    _ => String::new(),
                },
                by_cpu,
                goal,
                match entry.goal {
                    Goal::Told => String::new(),
                    _ => verdict(met).to_owned(),
                },
            ]);
        }
        Ok((rows, ok))
    }

    /// Round by round.
    fn read(
        &self,
        session: &Session,
        arms: &[Arm],
        entry: &Entry,
        by: Reading,
        is_ours: bool,
    ) -> Result<Vec<f64>> {
        let of = |is_ours: bool, job: Job| {
            let arm = arms
                .iter()
                .find(|arm| arm.is_ours == is_ours && arm.job == job);
            arm.map(|arm| arm.samples.as_slice())
                .context("it was not measured")
        };
        let less_empty = |samples: &[Sample], of_sample: fn(&Sample) -> f64| -> Result<Vec<f64>> {
            let empty = of(is_ours, Job::Empty)?;
            Ok(samples
                .iter()
                .zip(empty)
                .map(|(sample, empty)| of_sample(sample) - of_sample(empty))
                .collect())
        };
        let wall_ms = |sample: &Sample| sample.wall_us / 1e3;
        match by {
            Reading::Start => less_empty(of(is_ours, entry.job(is_ours))?, wall_ms),
            // All that it does is compute, and its CPU time is the same on a busy machine.
            Reading::Import => less_empty(of(is_ours, Job::Load)?, |sample| sample.cpu_us / 1e3),
            Reading::Cpu => {
                let samples = of(is_ours, entry.job(is_ours))?;
                match entry.reading {
                    Reading::Start => less_empty(samples, |sample| sample.cpu_us),
                    _ => Ok(samples.iter().map(|sample| sample.cpu_us).collect()),
                }
            }
            Reading::Rate => {
                let samples = of(is_ours, entry.job(is_ours))?;
                Ok(samples.iter().map(|sample| 1e6 / sample.wall_us).collect())
            }
            Reading::Peak => {
                let samples = of(is_ours, entry.job(is_ours))?;
                let peak = samples.iter().map(|sample| sample.peak_mb);
                peak.collect::<Option<_>>()
                    .context("the program does not tell its memory")
            }
            Reading::Package | Reading::Installed => {
                let contender = if is_ours { &self.ours } else { &self.official };
                let whole = by == Reading::Installed;
                Ok(vec![contender.size(session, whole)?])
            }
        }
    }
}

impl Contender<'_> {
    /// Megabytes, of the one file that is published or of all that is installed. What is one file must need no other.
    fn size(&self, session: &Session, whole: bool) -> Result<f64> {
        session.steps.task("bench: installed", |log| {
            let installed = self.installed.as_ref().context("nothing is installed")?;
            let printed = log.output(&mut installed())?;
            let installed: Value = serde_json::from_str(&printed)?;
            let number = |name| installed.get(name).and_then(Value::as_f64);
            let packages = number("packages").context("how many packages?")?;
            match self.package {
                Some(package) if !whole => {
                    ensure!(packages < 1.5, "it needs {} more packages", packages - 1.0);
                    #[expect(clippy::cast_precision_loss, reason = "shown with one decimal")]
                    let bytes = std::fs::metadata(package)?.len() as f64;
                    Ok(bytes / 1e6)
                }
                _ => number("mb").context("how much?"),
            }
        })
    }
}

impl Entry {
    fn job(&self, is_ours: bool) -> Job {
        Job::Calls {
            mode: if is_ours {
                self.mode
            } else {
                self.official_mode
            },
            work: self.work,
        }
    }
}

impl Job {
    fn is_start(self) -> bool {
        match self {
            Self::Calls { work, .. } => work.subject == "first",
            Self::Load | Self::Empty => true,
        }
    }
}

impl Work {
    fn calls(&self, is_ours: bool) -> u32 {
        if is_ours {
            self.calls
        } else {
            self.official_calls
        }
    }
}

/// How often a process is started for one sample.
const STARTS: usize = 9;

/// The time from the start of a process to its first line.
fn started(log: &mut Log, command: &mut Command) -> Result<Sample> {
    log.note(format!("starting {:?}", command.get_args()));
    let since = Instant::now();
    let mut child = command
        .stdout(Stdio::piped())
        .spawn()
        .context("cannot start a program")?;
    let mut stdout = BufReader::new(child.stdout.take().context("no output")?);
    let mut line = String::new();
    stdout.read_line(&mut line)?;
    let took = since.elapsed();
    stdout.read_to_string(&mut String::new())?;
    ensure!(child.wait()?.success(), "a program failed");
    Ok(Sample {
        wall_us: took.as_secs_f64() * 1e6,
        ..sample::read(&line, 1.0)?
    })
}
