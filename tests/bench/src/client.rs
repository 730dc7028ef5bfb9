//! The calls by this project's crate.

use anyhow::{Result, ensure};
use kernel_client::Kernel;
use kernel_client::models::ManagedAuthEvent;

use crate::subject::{PAGE, Subject};

pub(crate) fn connect() -> Result<Kernel> {
    Ok(Kernel::from_env()?)
}

/// Makes a call; gives how many logins, pages or events it was.
pub(crate) async fn call(client: Kernel, subject: Subject) -> Result<usize> {
    let connections = client.auth().connections();
    match subject {
        Subject::Login => {
            let login = connections.login("ma_login").await?;
            ensure!(
                login.hosted_url.starts_with("http"),
                "no page to sign in at"
            );
            Ok(1)
        }
        Subject::Page => {
            let page = connections.list().limit(100).await?;
            ensure!(page.items.len() == PAGE, "{} connections", page.items.len());
            Ok(1)
        }
        Subject::Events => {
            let mut events = connections.follow("ma_login").await?;
            let mut count = 0;
            while let Some(event) = events.next().await {
                let is_state = matches!(event?, ManagedAuthEvent::State(_));
                ensure!(is_state, "an event that is no state");
                count += 1;
            }
            Ok(count)
        }
    }
}
