//! One file a command; speaks to the terminal, decides nothing.
