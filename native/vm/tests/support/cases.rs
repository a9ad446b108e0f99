//! Reads the corpus: each file holds many scripts, each opened by a line `//// name`.
//!
//! After `//// each line: name` every line is a script of its own.
//! A name that ends with `!syntax`, or a line that starts with `!! `, says that the text must not parse; every other script must.
//! No result is stored anywhere: rhai's evaluator gives the expectation when the test runs.

use std::fs;
use std::path::{Path, PathBuf};

/// One script of the corpus.
#[derive(Debug, Clone)]
pub struct Case {
    /// `chapter/file: name`.
    pub name: String,
    /// The text.
    pub source: String,
    /// The text is a deliberate syntax error.
    pub syntax_error: bool,
}

/// All scripts of one tier (`core` or `full`), in a fixed order.
pub fn load(tier: &str) -> Vec<Case> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus").join(tier);
    let mut files = Vec::new();
    collect(&root, &mut files);
    files.sort();
    let only = std::env::var("RHAI_BRIDGE_ONLY").unwrap_or_default();
    let mut cases: Vec<Case> = files.iter().flat_map(|file| split(&root, file)).collect();
    cases.retain(|case| case.name.contains(&only));
    cases
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    let Ok(entries) = fs::read_dir(folder) else {
        return;
    };
    for path in entries.map(|entry| entry.expect("a readable corpus folder").path()) {
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|ext| ext == "rhai") {
            files.push(path);
        }
    }
}

fn split(root: &Path, file: &Path) -> Vec<Case> {
    let text = fs::read_to_string(file).expect("a readable corpus file");
    let place = file.strip_prefix(root).expect("a file below the root").with_extension("");
    let mut cases: Vec<Case> = Vec::new();
    for section in text.split("//// ").skip(1) {
        let (title, source) = section.split_once('\n').unwrap_or((section, ""));
        let syntax_error = title.trim().ends_with("!syntax");
        let title = title.trim().trim_end_matches("!syntax").trim();
        let case = |name, source: &str| Case {
            name,
            source: source.to_owned(),
            syntax_error,
        };
        match title.strip_prefix("each line: ") {
            None => cases.push(case(format!("{}: {title}", place.display()), source)),
            Some(title) => {
                let lines = source.lines().filter(|line| !line.trim().is_empty());
                cases.extend(lines.enumerate().map(|(index, line)| Case {
                    name: format!("{}: {title} {}", place.display(), index + 1),
                    source: line.trim_start_matches("!! ").to_owned(),
                    syntax_error: line.starts_with("!! "),
                }));
            }
        }
    }
    cases
}
