//! A Maildir, or a folder of `.eml` files, as a mailbox.
