//! Ends: a run ends exactly once, with DONE or FAILED, and leaves nothing behind.

use crate::core::Core;
use crate::failed::Failed;
use crate::guard::guarded;
use crate::limits::to_ms;
use crate::message::{abort_reason, outbox_kind, start_flag, Id};
use crate::port::Port;
use crate::runs::{Body, Phase, Run, Spent};
use rhai::Dynamic;

/// Freeing so much takes longer than to publish a record.
const MUCH_BYTES: i64 = 256 * 1024;

impl Core {
    /// Ends a run that was taken out of the table.
    pub(crate) fn finish(&mut self, mut run: Box<Run>, end: Result<Dynamic, Box<Failed>>, now_ns: u64, port: &mut dyn Port) {
        run.enter(run.phase, now_ns);
        let was_asking = run.phase == Phase::Waiting && self.requests.close(run.request).is_some();
        self.drop_fuel(&run);
        if run.has_flag(start_flag::OWN_SCOPE) {
            self.scope.give_back(run.id, run.bindings());
        }
        let end = end.and_then(|value| self.send_done(&run, value, port));
        self.count_end(&run, end.is_ok());
        if let Err(failed) = end {
            self.send_failed(run.id, *failed, &run.spent(), port);
        }
        if was_asking {
            self.send_aborted(run.request, abort_reason::RUN_ENDED, port); // now that the host knows why
        }
        self.settle_functions(&run);
        self.runs.forget();
        if run.memory_bytes > MUCH_BYTES {
            port.publish(); // whoever waits for the end does not wait until all of it is freed
        }
        let _ = guarded(|| self.clear(run)); // a destructor that panics must not take others along
    }

    /// Drops what a run held.
    fn clear(&mut self, mut run: Box<Run>) {
        if let Body::Fiber(machine) = &mut run.body {
            machine.retire(&mut self.vm);
        }
        run.body = Body::Gone;
        self.runs.keep(run);
    }

    /// Ends a run with the place where it stands.
    #[cfg_attr(target_arch = "wasm32", inline(never))]
    pub(crate) fn fail_here(&mut self, run: Box<Run>, failed: Failed, now_ns: u64, port: &mut dyn Port) {
        let failed = failed.at(run.trace());
        let failed = match run.phase {
            Phase::Waiting => failed.with("function", run.function().0),
            _ => failed,
        };
        self.finish(run, Err(Box::new(failed)), now_ns, port);
    }

    /// Functions that this run has just sent are its machine's.
    pub(crate) fn settle_functions(&mut self, run: &Run) {
        self.handles.closures.borrow_mut().settle(|| run.home());
    }

    fn count_end(&mut self, run: &Run, is_done: bool) {
        let spent = run.spent();
        let counters = &mut self.counters;
        counters.done += u64::from(is_done);
        counters.failed += u64::from(!is_done);
        counters.operations += spent.operations;
        counters.script_ns += spent.script_ns;
        counters.host_ns += spent.host_ns;
        counters.queue_ns += spent.queue_ns;
    }

    fn send_done(&mut self, run: &Run, value: Dynamic, port: &mut dyn Port) -> Result<(), Box<Failed>> {
        let written = self.write_done(run, value);
        self.out.encoder().refuses_functions = false;
        match written {
            Ok(()) => self.out.end(port),
            Err(_) => self.out.cancel(),
        }
        written
    }

    fn write_done(&mut self, run: &Run, value: Dynamic) -> Result<(), Box<Failed>> {
        let spent = run.spent();
        let depth = run.limits.vm.max_value_depth;
        let out = self.out.begin(outbox_kind::DONE, run.id);
        let times = [spent.script_ns, spent.host_ns, spent.queue_ns].map(to_ms);
        out.doubles([spent.operations as f64, times[0], times[1], times[2]]);
        out.owned_value(value, depth)
            .map_err(|error| Box::new(Failed::value(error.reason.clone(), error.path())))?;
        if run.has_flag(start_flag::COMMIT) {
            self.write_bindings(run)
        } else {
            Ok(())
        }
    }

    #[cfg_attr(target_arch = "wasm32", inline(never))]
    fn write_bindings(&mut self, run: &Run) -> Result<(), Box<Failed>> {
        let depth = run.limits.vm.max_value_depth;
        let out = self.out.encoder();
        let bindings = run.bindings().unwrap_or_default();
        out.refuses_functions = true; // they go to the home core
        out.u32(bindings.len() as u32);
        for binding in bindings {
            out.text(&binding.name);
            out.u8(u8::from(binding.constant));
            let path = |inner: String| format!("$.{}{}", binding.name, &inner[1..]);
            out.value(&binding.value, depth)
                .map_err(|error| Box::new(Failed::value(error.reason.clone(), path(error.path()))))?;
        }
        Ok(())
    }

    #[cfg_attr(target_arch = "wasm32", inline(never))]
    pub(crate) fn send_failed(&mut self, run: Id, failed: Failed, spent: &Spent, port: &mut dyn Port) {
        let mut map = failed.into_map(spent);
        let written = self.out.begin(outbox_kind::FAILED, run).value(&map.clone().into(), 0);
        if written.is_err() {
            self.out.cancel();
            map.remove("value"); // what was thrown cannot cross; everything else can
            let _ = self.out.begin(outbox_kind::FAILED, run).value(&map.into(), 0);
        }
        self.out.end(port);
    }

    /// After a panic outside a machine: ends every run without touching what it held.
    #[cfg_attr(target_arch = "wasm32", inline(never))]
    pub(crate) fn break_down(&mut self, panic: &str, now_ns: u64, port: &mut dyn Port) {
        self.is_broken = true;
        self.counters.panics += 1;
        self.out.cancel();
        self.compiles.clear();
        if let Some(lost) = self.runs.lost() {
            self.send_failed(lost, Failed::internal(panic), &Spent::default(), port);
        }
        for id in self.runs.ids() {
            let Some(mut run) = self.runs.take(id) else { continue };
            std::mem::forget(std::mem::replace(&mut run.body, Body::Gone));
            self.finish(run, Err(Box::new(Failed::internal(panic))), now_ns, port);
        }
    }
}
