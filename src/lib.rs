//! usher reads the support mailbox of an evaluation platform, finds out who cannot get in and why, and has the right
//! reply waiting before a person has opened the ticket. ARCHITECTURE.md tells the journey of one mail through the rooms below.

pub mod alarm;
pub mod channels;
pub mod cli;
pub mod clock;
pub mod desk;
pub mod draft;
pub mod facts;
pub mod fault;
pub mod message;
pub mod people;
pub mod points;
pub mod rules;
pub mod settings;
pub mod store;
pub mod triage;
pub mod worker;
