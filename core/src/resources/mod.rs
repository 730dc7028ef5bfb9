//! One resource a file, one method an endpoint.

mod auth;
mod connections;

pub use auth::Auth;
pub use connections::Connections;

#[cfg(feature = "describe")]
pub(crate) fn resources() -> Vec<crate::describe::Resource> {
    use crate::describe::Resource;
    vec![
        Resource::of::<Auth>(&[]),
        Resource::of::<Connections>(Connections::METHODS),
    ]
}
