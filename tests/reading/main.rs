//! Mail as programs and people really write it: broken heads, odd charsets, machines of every kind. All of it is made up.

#![expect(clippy::expect_used, clippy::indexing_slicing, clippy::unwrap_used, reason = "a test that stumbles fails, and so it should")]

mod below;
mod bodies;
mod dates;
mod headers;
mod learned;
mod machines;
mod programs;
mod shapes;
mod total;
mod words;

use usher::message::{Identity, Message, parse};

fn read(raw: &[u8]) -> Message {
    parse::message(raw, &Identity::default())
}
