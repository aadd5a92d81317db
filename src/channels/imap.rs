//! IMAP by async-imap as transport, parser and login, under a thin layer of our own.
