//! Imports, beside the jobs that they are: proposals.

mod infer;

pub(crate) use infer::infer;
