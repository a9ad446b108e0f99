//! The parts of the differential harness: cases in, two outcomes side by side, a report out.

pub mod cases;
pub mod differences;
pub mod generator;
pub mod guard;
pub mod hosts;
pub mod machine;
pub mod matrix;
pub mod modules;
pub mod oracle;
pub mod outcome;
pub mod prng;
pub mod report;
pub mod shrink;
