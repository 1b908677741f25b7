//! [`heirloom_phone::PhoneSource`] against a phone in memory.

mod fetch;
mod large;
mod listing;
mod phone;
mod windows;
