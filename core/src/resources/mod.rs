//! One resource a file, one method an endpoint.

mod auth;
mod connections;
mod context;
mod session;

pub use auth::Auth;
pub use connections::Connections;
pub use context::Context;
pub use session::ManagedAuthSession;

#[cfg(feature = "describe")]
pub(crate) fn resources() -> Vec<crate::describe::Resource> {
    use crate::describe::Resource;
    vec![
        Resource::of::<Auth>(&[]),
        Resource::of::<Connections>(Connections::METHODS),
        Resource::of::<Context>(Context::METHODS),
        Resource::of::<ManagedAuthSession>(ManagedAuthSession::METHODS),
    ]
}
