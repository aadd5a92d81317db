//! What deserves an alarm, and whom (pure).
