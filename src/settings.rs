//! usher.toml, the environment and secret files, put together; all faults at once.
