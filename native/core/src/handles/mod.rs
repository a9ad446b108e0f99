//! What crosses as a number: objects of the host that scripts hold, and functions of scripts that the host holds.
//!
//! Each side keeps its own things alive and counts how often it has sent each; the other side gives the count back
//! when it holds a thing no longer. So a release and a new sending may cross on the way without harm.
//! The encoder and the decoder of a core share these tables.

mod closures;
mod objects;

pub use closures::Closures;
pub use objects::Objects;

use std::cell::RefCell;
use std::rc::Rc;

/// The tables of one core.
#[derive(Debug, Default)]
pub struct Handles {
    /// Objects of the host.
    pub objects: RefCell<Objects>,
    /// Functions of scripts.
    pub closures: RefCell<Closures>,
}

/// As the codec holds them.
pub type SharedHandles = Rc<Handles>;
