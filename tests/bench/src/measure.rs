//! The clock around logins, the same for every subject.

use std::fmt;
use std::future::Future;
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use rustix::time::{ClockId, clock_gettime};
use tokio::task::JoinSet;

/// What one login cost.
pub(crate) struct Cost {
    cpu: f64,
    wall: f64,
}

impl fmt::Display for Cost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            r#"{{"cpu_us": {:.3}, "wall_us": {:.3}}}"#,
            self.cpu * 1e6,
            self.wall * 1e6
        )
    }
}

/// Logs in `calls` times, `in_flight` at once, after as many logins as it takes to open the connections.
pub(crate) async fn run<F>(
    in_flight: usize,
    calls: usize,
    login: impl Fn() -> F + Clone + Send + 'static,
) -> Result<Cost>
where
    F: Future<Output = Result<String>> + Send + 'static,
{
    logins(in_flight, calls.div_ceil(10).max(in_flight), &login).await?;
    let (cpu, wall) = (cpu_time(), Instant::now());
    logins(in_flight, calls, &login).await?;
    #[expect(clippy::cast_precision_loss, reason = "far fewer calls than that")]
    let each = |time: Duration| time.as_secs_f64() / calls as f64;
    Ok(Cost {
        cpu: each(cpu_time().saturating_sub(cpu)),
        wall: each(wall.elapsed()),
    })
}

async fn logins<F>(
    in_flight: usize,
    count: usize,
    login: &(impl Fn() -> F + Clone + Send + 'static),
) -> Result<()>
where
    F: Future<Output = Result<String>> + Send + 'static,
{
    let mut workers = JoinSet::new();
    for at in 0..in_flight {
        let share = count / in_flight + usize::from(at < count % in_flight);
        let login = login.clone();
        workers.spawn(async move {
            for _ in 0..share {
                let hosted_url = login().await?;
                ensure!(
                    hosted_url.starts_with("http"),
                    "no page to sign in at: {hosted_url:?}"
                );
            }
            Ok(())
        });
    }
    while let Some(done) = workers.join_next().await {
        done??;
    }
    Ok(())
}

/// The CPU time of this process, in user and in kernel mode.
fn cpu_time() -> Duration {
    let now = clock_gettime(ClockId::ProcessCPUTime);
    Duration::new(
        now.tv_sec.unsigned_abs(),
        u32::try_from(now.tv_nsec).unwrap_or_default(),
    )
}
