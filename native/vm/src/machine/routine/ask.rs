//! The next call of a callback: which arguments, and whether the item goes as `this`.

use super::super::invoke::Args;
use super::super::Error;
use super::{Ask, Callee, Passing, Routine, RoutineState};
use crate::ledger::Ledger;
use crate::value::{lent, Value};

impl RoutineState {
    pub(super) fn ask_item(&mut self, ledger: &mut Ledger) -> Result<Ask, Error> {
        let at = self.current();
        let mut args: Args = self.pointer.curry().iter().cloned().map(Value::Dyn).collect();
        if self.is_map {
            args.push(Value::Dyn(self.keys[at].clone().into()));
        } else if matches!(self.kind, Routine::Reduce | Routine::ReduceRev) {
            args.push(Value::from(std::mem::take(&mut self.carry)));
        }
        // `drain` and `retain` count their calls; the others give the item's place.
        let index = if matches!(self.kind, Routine::Drain | Routine::Retain) {
            self.calls
        } else {
            at
        };
        self.calls += 1;
        let (bound, extra) = match (&self.callee, self.passing) {
            (Callee::Native(_), _) => {
                let this = Some(Value::from(ledger.copy(&self.items[at])?));
                let extra = (!self.is_map).then_some(Value::Int(index as i64));
                return Ok(Ask::Call { this, args, extra });
            }
            (_, Passing::Bound { extra }) => (true, extra),
            (_, Passing::Argument { extra }) => (false, extra),
        };
        let this = bound.then(|| Value::from(std::mem::replace(&mut self.items[at], lent())));
        if !bound {
            args.push(Value::from(ledger.copy(&self.items[at])?));
        }
        if extra {
            args.push(Value::Int(index as i64));
        }
        Ok(Ask::Call { this, args, extra: None })
    }

    pub(super) fn ask_zip(&mut self, ledger: &mut Ledger) -> Result<Ask, Error> {
        let at = self.current();
        let other = match self.arguments.first().and_then(|d| d.as_array_ref().ok()) {
            Some(others) => others.get(at).map(|other| ledger.copy(other)).transpose()?,
            None => None,
        };
        let Some(other) = other else { return Ok(Ask::Done(self.result())) };
        let mut args: Args = self.pointer.curry().iter().cloned().map(Value::Dyn).collect();
        args.push(Value::from(ledger.copy(&self.items[at])?));
        args.push(Value::from(other));
        if self.passing == (Passing::Argument { extra: true }) {
            args.push(Value::Int(at as i64));
        }
        Ok(Ask::Call {
            this: None,
            args,
            extra: None,
        })
    }

    /// The first item is kept; each next one is compared with the last kept.
    pub(super) fn ask_dedup(&mut self, ledger: &mut Ledger) -> Result<Ask, Error> {
        let at = self.current();
        if self.output.is_empty() {
            self.output.push(ledger.copy(&self.items[at])?);
            if self.next >= self.items.len() {
                return Ok(Ask::Done(self.result()));
            }
            self.next += 1;
        }
        let at = self.current();
        let mut args: Args = self.pointer.curry().iter().cloned().map(Value::Dyn).collect();
        args.push(Value::from(ledger.copy(&self.output[self.output.len() - 1])?));
        args.push(Value::from(ledger.copy(&self.items[at])?));
        Ok(Ask::Call {
            this: None,
            args,
            extra: None,
        })
    }
}
