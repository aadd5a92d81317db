//! Any bytes are a message.

#![no_main]

use libfuzzer_sys::fuzz_target;
use usher::message::{Identity, parse};

fuzz_target!(|raw: &[u8]| {
    let message = parse::message(raw, &Identity::default());
    assert!(message.text.len() <= 257 * 1024);
    assert!(!message.subject.contains(['\0', '\n', '\r']));
});
