//! Decisions over a world in memory.

mod computed;
mod fill;
mod rules;
mod world;
