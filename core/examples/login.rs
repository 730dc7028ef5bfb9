//! Starts a login and says where to send the user.
//!
//! `KERNEL_API_KEY=sk_... cargo run --example login -- ma_123`

use kernel_client::{Kernel, Secret};

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let id = std::env::args()
        .nth(1)
        .unwrap_or_else(|| "ma_login".to_owned());
    if let Err(error) = login(&id).await {
        eprintln!("{error}\n{error:?}");
        std::process::exit(1);
    }
}

async fn login(id: &str) -> Result<(), kernel_client::Error> {
    let client = Kernel::from_env()?;
    let login = client.auth().connections().login(id).await?;
    println!("id: {}", login.id);
    println!("flow_type: {}", login.flow_type);
    println!("hosted_url: {}", login.hosted_url);
    println!("flow_expires_at: {}", login.flow_expires_at);
    println!(
        "live_view_url: {}",
        login.live_view_url.as_ref().map_or("-", Secret::expose)
    );
    Ok(())
}
