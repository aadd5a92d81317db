//! Bytes of a message to its parts and words (RFC 5322, 2045-2047, 2231), for mail as programs really write it: nothing is refused,
//! what is broken is mended the way a reader would, and said in `defects`.

pub mod address;
pub mod boundary;
pub mod calendar;
pub mod charset;
pub mod choose;
pub mod date;
pub mod encoded;
pub mod foreign;
pub mod head;
pub mod parameters;
pub mod parts;
pub mod reports;
pub mod rtf;
pub mod text;
pub mod tnef;
pub mod transfer;
