//! The clock around calls, the same for every subject.

use std::fmt;
use std::future::Future;
use std::time::{Duration, Instant};

use anyhow::Result;
use rustix::time::{ClockId, clock_gettime};
use tokio::task::JoinSet;

/// What one login, page or event cost.
pub(crate) struct Cost {
    cpu: f64,
    wall: f64,
    /// Of how many this is the mean.
    units: usize,
    /// The most memory that the process had, in MB.
    peak: f64,
}

impl fmt::Display for Cost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            r#"{{"cpu_us": {:.3}, "wall_us": {:.3}, "units": {}, "peak_mb": {:.3}}}"#,
            self.cpu * 1e6,
            self.wall * 1e6,
            self.units,
            self.peak
        )
    }
}

/// Makes `calls` calls, `in_flight` at once, after as many as it takes to open the connections.
pub(crate) async fn run<F>(
    in_flight: usize,
    calls: usize,
    call: impl Fn() -> F + Clone + Send + 'static,
) -> Result<Cost>
where
    F: Future<Output = Result<usize>> + Send + 'static,
{
    all(in_flight, calls.div_ceil(10).max(in_flight), &call).await?;
    let (cpu, wall) = (cpu_time(), Instant::now());
    let units = all(in_flight, calls, &call).await?;
    #[expect(clippy::cast_precision_loss, reason = "far fewer than that")]
    let each = |time: Duration| time.as_secs_f64() / units as f64;
    Ok(Cost {
        cpu: each(cpu_time().saturating_sub(cpu)),
        wall: each(wall.elapsed()),
        units,
        peak: peak(),
    })
}

/// What the process has cost since its start.
pub(crate) fn so_far() -> Cost {
    Cost {
        cpu: cpu_time().as_secs_f64(),
        wall: 0.0,
        units: 1,
        peak: peak(),
    }
}

async fn all<F>(
    in_flight: usize,
    count: usize,
    call: &(impl Fn() -> F + Clone + Send + 'static),
) -> Result<usize>
where
    F: Future<Output = Result<usize>> + Send + 'static,
{
    let worker = |at: usize| {
        let share = count / in_flight + usize::from(at < count % in_flight);
        let call = call.clone();
        async move {
            let mut units = 0;
            for _ in 0..share {
                units += call().await?;
            }
            Ok::<usize, anyhow::Error>(units)
        }
    };
    let mut workers: JoinSet<_> = (1..in_flight).map(worker).collect();
    // As a program does that has its calls in `main`.
    let mut units = worker(0).await?;
    while let Some(done) = workers.join_next().await {
        units += done??;
    }
    Ok(units)
}

/// The CPU time of this process, in user and in kernel mode.
fn cpu_time() -> Duration {
    let now = clock_gettime(ClockId::ProcessCPUTime);
    Duration::new(
        now.tv_sec.unsigned_abs(),
        u32::try_from(now.tv_nsec).unwrap_or_default(),
    )
}

fn peak() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kib = line.and_then(|line| line.trim().strip_suffix("kB"));
    kib.and_then(|kib| kib.trim().parse().ok())
        .map_or(0.0, |kib: f64| kib * 1024.0 / 1e6)
}
