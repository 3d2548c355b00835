//! Temporary.
mod crash;
mod crm;
mod dice;
mod property;
