//! The desk in a real browser: headless Chromium against the real binary, with a Dovecot and an SMTP server behind it. What a day's work
//! comes to is read from the mails that arrive there, not from the page.

#![expect(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, reason = "a test that stumbles fails, and so it should")]

mod axe;
mod bench;
mod browser;
mod contrast;
mod day;
mod hostile;
#[path = "../servers/house/mod.rs"]
#[expect(dead_code, reason = "these tests need a part of the house")]
mod house;
mod letters;
mod phone;
#[path = "../servers/post.rs"]
#[expect(dead_code, reason = "these tests need a part of it")]
mod post;
mod screens;
mod trap;
mod without_script;
