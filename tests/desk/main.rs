//! The desk as a browser sees it: the router on a port, spoken to over HTTP.

#![expect(clippy::unwrap_used, clippy::string_slice, clippy::indexing_slicing, reason = "a test that stumbles fails, and so it should")]

mod house;
mod openid;
mod pages;
mod reply;
mod second_factor;
mod sign_in;
mod staff;
