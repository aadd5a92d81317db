//! The house among real servers: what goes over a wire is tested over a wire.

#![expect(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, reason = "a test that stumbles fails, and so it should")]

mod conversations;
mod discord;
mod house;
mod imap;
mod imap_faults;
mod imap_pressure;
mod imap_rooms;
mod journey;
mod maildir;
mod post;
mod smtp;
mod smtp_faults;
mod tokens;
