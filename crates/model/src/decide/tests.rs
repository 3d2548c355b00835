//! Decisions over a world in memory.

mod computed;
mod fill;
mod load;
mod reference;
mod rules;
mod source;
mod undo;
mod world;
