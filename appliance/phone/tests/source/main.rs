//! [`heirloom_phone::PhoneSource`] against a phone in memory.

mod fetch;
mod listing;
mod phone;
