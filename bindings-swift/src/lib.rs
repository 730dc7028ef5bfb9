//! Swift.
