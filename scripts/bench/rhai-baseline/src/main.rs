//! Reads one script per line, prints each one's result on a line. Each script is compiled once.
//! rhai's default build: no `sync`; the optimiser and the limits are off, as they are in what it is compared with.
use std::collections::HashMap;
use std::io::{stdin, stdout, BufRead, Write};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut engine = rhai::Engine::new();
    engine.set_optimization_level(rhai::OptimizationLevel::None);
    engine.set_max_expr_depths(0, 0);
    engine.set_max_call_levels(usize::MAX);
    let mut compiled = HashMap::new();
    for line in stdin().lock().lines() {
        let script = line?;
        if !compiled.contains_key(&script) {
            compiled.insert(script.clone(), engine.compile(&script)?);
        }
        let value: rhai::Dynamic = engine.eval_ast(&compiled[&script]).map_err(|e| e.to_string())?;
        println!("{value}");
        stdout().flush()?;
    }
    Ok(())
}
