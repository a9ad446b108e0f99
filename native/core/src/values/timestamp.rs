//! Moments: what `timestamp()` gives a script, and what a JavaScript `Date` becomes.
//!
//! Names, results and errors are those of rhai's time package, whose own type cannot leave the process. The clock is the
//! port's: it counts from 1970 and never goes back.

use rhai::{Engine, EvalAltResult, Position};
use std::cell::Cell;
use std::rc::Rc;

/// A clock in nanoseconds, which the port brings along.
pub type Clock = Rc<Cell<fn() -> u64>>;

/// A moment, in milliseconds since 1970.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd)]
pub struct Timestamp {
    /// Milliseconds since the epoch.
    pub epoch_ms: f64,
}

/// What a JavaScript `Date` can hold at most.
const FARTHEST_MS: f64 = 8.64e15;

type Fallible<T> = Result<T, Box<EvalAltResult>>;

fn arithmetic(message: String) -> Box<EvalAltResult> {
    EvalAltResult::ErrorArithmetic(message, Position::NONE).into()
}

fn now(clock: &Clock) -> Timestamp {
    let whole_micros = clock.get()() / 1000;
    Timestamp {
        epoch_ms: whole_micros as f64 / 1000.0,
    }
}

fn elapsed(clock: &Clock, since: Timestamp) -> Fallible<f64> {
    let now = now(clock);
    if since > now {
        return Err(arithmetic("Time-stamp is later than now".to_owned()));
    }
    Ok((now.epoch_ms - since.epoch_ms) / 1000.0)
}

/// Parts of a millisecond are dropped, as in rhai.
fn plus(time: Timestamp, seconds: f64) -> Fallible<Timestamp> {
    let ms = (seconds * 1000.0).trunc();
    let epoch_ms = time.epoch_ms + if ms.is_nan() { 0.0 } else { ms };
    if epoch_ms.abs() > FARTHEST_MS {
        let change = if seconds < 0.0 { "subtracting" } else { "adding" };
        return Err(arithmetic(format!("Timestamp overflow when {change} {} second(s)", seconds.abs())));
    }
    Ok(Timestamp { epoch_ms })
}

pub(super) fn register(engine: &mut Engine, clock: &Clock) {
    let [made, asked, read] = [clock.clone(), clock.clone(), clock.clone()];
    engine
        .register_type_with_name::<Timestamp>("timestamp")
        .register_fn("timestamp", move || now(&made))
        .register_fn("elapsed", move |time: Timestamp| elapsed(&asked, time))
        .register_get("elapsed", move |time: &mut Timestamp| elapsed(&read, *time))
        .register_get("epoch_ms", |time: &mut Timestamp| time.epoch_ms)
        .register_fn("==", |a: Timestamp, b: Timestamp| a == b)
        .register_fn("!=", |a: Timestamp, b: Timestamp| a != b)
        .register_fn("<", |a: Timestamp, b: Timestamp| a < b)
        .register_fn("<=", |a: Timestamp, b: Timestamp| a <= b)
        .register_fn(">", |a: Timestamp, b: Timestamp| a > b)
        .register_fn(">=", |a: Timestamp, b: Timestamp| a >= b)
        .register_fn("-", |a: Timestamp, b: Timestamp| (a.epoch_ms - b.epoch_ms) / 1000.0)
        .register_fn("+", plus)
        .register_fn("-", |time: Timestamp, seconds: f64| plus(time, -seconds))
        .register_fn("+", |time: Timestamp, seconds: i64| plus(time, seconds as f64))
        .register_fn("-", |time: Timestamp, seconds: i64| plus(time, -(seconds as f64)))
        .register_fn("+=", |time: &mut Timestamp, seconds: f64| change(time, seconds))
        .register_fn("-=", |time: &mut Timestamp, seconds: f64| change(time, -seconds))
        .register_fn("+=", |time: &mut Timestamp, seconds: i64| change(time, seconds as f64))
        .register_fn("-=", |time: &mut Timestamp, seconds: i64| change(time, -(seconds as f64)));
}

fn change(time: &mut Timestamp, seconds: f64) -> Fallible<()> {
    *time = plus(*time, seconds)?;
    Ok(())
}
