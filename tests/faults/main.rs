//! Nothing is lost and nothing happens twice, whatever happens to the program or to the machines that it speaks to. What happened is
//! read from the servers' own journals (Dovecot's folders, what the SMTP server took), never from usher's database.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a test that stumbles fails, and so it should"
)]

mod bench;
mod check;
#[path = "../servers/house/mod.rs"]
#[expect(dead_code, reason = "these tests need a part of the house")]
mod house;
mod kills;
mod letters;
mod loops;
mod matrix;
mod poison;
mod smtp;
mod store;
