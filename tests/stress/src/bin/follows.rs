//! Follows logins, all at once, and prints the states that it is given: see README.md.
#![expect(clippy::print_stdout, reason = "a program that reports to another")]

use anyhow::Result;
use kernel_client::Kernel;
use kernel_client::models::ManagedAuthEvent;
use serde::Deserialize;
use serde_json::json;
use tokio::task::JoinSet;

#[derive(Deserialize)]
struct Order {
    base_url: String,
    connections: Vec<String>,
}

#[tokio::main]
async fn main() -> Result<()> {
    println!("ready");
    for order in std::io::stdin().lines() {
        let order: Order = serde_json::from_str(&order?)?;
        let client = Kernel::builder().base_url(order.base_url).build()?;
        let mut follows = JoinSet::new();
        for id in order.connections {
            follows.spawn(follow(client.clone(), id));
        }
        while let Some(done) = follows.join_next().await {
            done??;
        }
        println!("done");
    }
    Ok(())
}

async fn follow(client: Kernel, id: String) -> Result<()> {
    let mut events = client.auth().connections().follow(&id).await?;
    while let Some(event) = events.next().await {
        if let ManagedAuthEvent::State(state) = event? {
            let said = json!({
                "connection": id,
                "flow_status": state.flow_status.as_str(),
                "flow_step": state.flow_step.as_str(),
                "external_action_message": state.external_action_message,
            });
            println!("{said}");
        }
    }
    Ok(())
}
