//! Why a value cannot cross, and where inside it the trouble is. The path is built on the way out of the recursion,
//! so that a value that can cross pays nothing for it.

/// One step of the way to a value, outermost last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PathStep {
    /// An array's element.
    Index(usize),
    /// A map's entry.
    Key(String),
}

/// A value that cannot cross the border.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ValueError {
    /// Why.
    pub reason: String,
    /// Where inside the value, innermost first.
    pub steps: Vec<PathStep>,
}

impl ValueError {
    pub(super) fn new(reason: impl Into<String>) -> Self {
        Self {
            reason: reason.into(),
            steps: Vec::new(),
        }
    }

    pub(super) fn at(mut self, step: PathStep) -> Self {
        self.steps.push(step);
        self
    }

    /// The path in JavaScript's notation: `$.users[3].avatar`.
    #[must_use]
    pub fn path(&self) -> String {
        let mut path = String::from("$");
        for step in self.steps.iter().rev() {
            match step {
                PathStep::Index(index) => path.push_str(&format!("[{index}]")),
                PathStep::Key(key) if is_plain_key(key) => path.push_str(&format!(".{key}")),
                PathStep::Key(key) => path.push_str(&format!("[{key:?}]")),
            }
        }
        path
    }
}

fn is_plain_key(key: &str) -> bool {
    !key.starts_with(|c: char| c.is_ascii_digit()) && !key.is_empty() && key.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '$')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_reads_like_javascript() {
        let key = |key: &str| PathStep::Key(key.to_owned());
        let error = ValueError::new("no").at(key("b c")).at(key("0")).at(PathStep::Index(3)).at(key("users"));
        assert_eq!(error.path(), "$.users[3][\"0\"][\"b c\"]");
        assert_eq!(ValueError::new("no").path(), "$");
    }
}
