//! A login by this project's crate.

use anyhow::Result;
use kernel_client::Kernel;

pub(crate) fn connect() -> Result<Kernel> {
    Ok(Kernel::from_env()?)
}

pub(crate) async fn login(client: Kernel) -> Result<String> {
    Ok(client
        .auth()
        .connections()
        .login("ma_login")
        .await?
        .hosted_url)
}
