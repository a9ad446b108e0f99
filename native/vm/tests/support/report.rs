//! Counts agreement per form, collects what disagrees and what the compiler refuses, and prints it compactly.

use super::cases::Case;
use super::differences::on_purpose;
use super::guard::{Guard, Runner};
use super::machine::{Form, FORMS, HOST_CALLS, STOPS};
use super::outcome::{Difference, End, Outcome};
use std::collections::BTreeMap;
use std::sync::atomic::Ordering;

/// The figures of one set of cases.
pub struct Report {
    title: String,
    tried: usize,
    endless: usize,
    agreed: BTreeMap<&'static str, usize>,
    refused: BTreeMap<String, Vec<String>>,
    intended: BTreeMap<&'static str, usize>,
    /// Cases that disagree, in the first form that does.
    pub mismatches: Vec<Mismatch>,
}

/// One case on which the two sides disagree.
pub struct Mismatch {
    /// The case.
    pub case: Case,
    /// The first form that disagrees.
    pub form: Form,
    /// In what.
    pub what: Difference,
    /// The oracle's outcome.
    pub rhai: Outcome,
    /// The machine's outcome.
    pub ours: Outcome,
}

impl Report {
    /// An empty report.
    pub fn new(title: &str) -> Self {
        Self {
            title: title.to_owned(),
            tried: 0,
            endless: 0,
            agreed: BTreeMap::new(),
            refused: BTreeMap::new(),
            intended: BTreeMap::new(),
            mismatches: Vec::new(),
        }
    }

    /// Runs one case through the oracle and every form. Returns whether it disagrees.
    pub fn run(&mut self, guard: &mut Guard, case: &Case) -> bool {
        self.tried += 1;
        let rhai = guard.run(&case.source, Runner::Rhai);
        if rhai.end == End::Endless {
            self.endless += 1;
            return false;
        }
        let before = self.mismatches.len();
        for form in FORMS {
            let ours = guard.run(&case.source, Runner::Machine(form));
            if !self.note(case, form, &rhai, ours) {
                break;
            }
        }
        self.mismatches.len() > before
    }

    /// Returns whether the other forms are worth a try.
    fn note(&mut self, case: &Case, form: Form, rhai: &Outcome, ours: Outcome) -> bool {
        if let End::Refused(construct) = ours.end {
            self.refused.entry(construct).or_default().push(case.name.clone());
            return false;
        }
        let Some(what) = rhai.difference(&ours) else {
            *self.agreed.entry(form.title()).or_default() += 1;
            return true;
        };
        if let Some(key) = on_purpose(&case.name) {
            *self.intended.entry(key).or_default() += 1;
            return true;
        }
        let first = self.mismatches.last().is_none_or(|last| last.case.name != case.name);
        if first {
            let (case, rhai) = (case.clone(), rhai.clone());
            self.mismatches.push(Mismatch {
                case,
                form,
                what,
                rhai,
                ours,
            });
        }
        true
    }

    /// How many cases the compiler refused.
    pub fn refused(&self) -> usize {
        self.refused.values().map(Vec::len).sum()
    }

    /// Prints the figures and up to `RHAI_BRIDGE_SHOW` (40) mismatches.
    pub fn print(&self) {
        let accepted = self.tried - self.refused() - self.endless;
        for form in FORMS {
            let agreed = self.agreed.get(form.title()).unwrap_or(&0);
            println!("{}: {agreed}/{accepted} {}", self.title, form.title());
        }
        let (stops, calls) = (STOPS.load(Ordering::Relaxed), HOST_CALLS.load(Ordering::Relaxed));
        println!("{}: so far in this process {stops} stops and {calls} host calls", self.title);
        for (key, count) in &self.intended {
            println!("{}: {count} runs differ on purpose ({key})", self.title);
        }
        if !self.refused.is_empty() {
            println!("{}: {} of {} refused:", self.title, self.refused(), self.tried);
        }
        for (construct, cases) in &self.refused {
            println!("  {:4} {construct}   e.g. {}", cases.len(), cases[0]);
        }
        if self.endless > 0 {
            println!("{}: {} left out, too long for the oracle", self.title, self.endless);
        }
        self.print_kinds();
        let show = std::env::var("RHAI_BRIDGE_SHOW").ok().and_then(|n| n.parse().ok());
        for mismatch in self.mismatches.iter().take(show.unwrap_or(40)) {
            mismatch.print();
        }
    }

    fn print_kinds(&self) {
        let mut kinds: BTreeMap<Difference, usize> = BTreeMap::new();
        for mismatch in &self.mismatches {
            *kinds.entry(mismatch.what).or_default() += 1;
        }
        if !kinds.is_empty() {
            println!("{}: {} cases disagree: {kinds:?}", self.title, self.mismatches.len());
        }
    }
}

impl Mismatch {
    /// The machine panicked: quick to see again, unlike an endless run.
    pub fn broken_by_panic(&self) -> bool {
        matches!(&self.ours.end, End::Broken(why) if why.starts_with("panic"))
    }

    /// The script, rhai's outcome and ours.
    pub fn print(&self) {
        println!("\n--- {} [{}, {:?}]", self.case.name, self.form.title(), self.what);
        println!("{}", self.case.source.trim_end());
        println!("  rhai: {}", brief(&self.rhai, self.what));
        println!("  ours: {}", brief(&self.ours, self.what));
    }
}

fn brief(outcome: &Outcome, what: Difference) -> String {
    let mut text = match &outcome.end {
        End::Value(value) => value.clone(),
        End::Error(e) => {
            let thrown = e.value.as_ref().map(|v| format!(" thrown {v}")).unwrap_or_default();
            format!("{} {:?} at {}:{}{thrown}", e.class, e.text, e.line, e.column)
        }
        End::Refused(why) => format!("refused: {why}"),
        End::Broken(why) => format!("BROKEN: {why}"),
        End::Endless => "endless".to_owned(),
    };
    if what == Difference::Printed {
        text.push_str(&format!(" printed {:?}", outcome.printed));
    }
    if what == Difference::Scope {
        text.push_str(&format!(" scope {:?}", outcome.scope));
    }
    match text.char_indices().nth(1200) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}
