//! Host calls: a suspended machine's request goes out, its reply comes back in.

use crate::codec::{Encoder, ValueError};
use crate::core::Core;
use crate::limits::{deadline_ns, to_ms};
use crate::message::{abort_reason, outbox_kind, trace_step, Id};
use crate::port::Port;
use crate::runs::{Body, Phase, Run};
use crate::values::{HostError, Origin};
use rhai::Dynamic;
use rhai_bridge_vm::Vm;

/// What a blob takes besides its bytes.
const VALUE_HEADER_BYTES: i64 = 48;

impl Core {
    /// Sends the request of a machine that has just suspended, and lets the run wait.
    #[cfg_attr(target_arch = "wasm32", inline(never))]
    pub(crate) fn post_request(&mut self, mut run: Box<Run>, now_ns: u64, port: &mut dyn Port) {
        let id = run.id;
        let request = self.requests.open(id);
        self.trace(trace_step::CALL, request, id, now_ns, port);
        match self.write_request(&mut run, request) {
            Ok(timeout_ms) => {
                self.out.end(port);
                self.settle_functions(&run);
                self.counters.requests += 1;
                run.enter(Phase::Waiting, now_ns);
                if let Some(failed) = run.compute_is_up() {
                    run.request = request;
                    return self.fail_here(run, failed, now_ns, port);
                }
                self.wait(run, request, timeout_ms, now_ns);
                self.trace(trace_step::POSTED, request, id, now_ns, port);
            }
            Err(error) => {
                self.out.cancel();
                self.requests.close(request);
                self.go_on(run, Err(Dynamic::from(error)), now_ns);
            }
        }
    }

    /// Writes everything but the end of the record; gives the call's time limit.
    fn write_request(&mut self, run: &mut Run, request: Id) -> Result<f64, HostError> {
        let Body::Fiber(machine) = &mut run.body else {
            return Err(HostError::value("no machine", "$"));
        };
        let call = machine.host_call();
        let (function, argc, line) = (call.function, call.argc, call.line);
        let out = self.out.begin(outbox_kind::REQUEST, request);
        out.words([run.id.slot, run.id.generation, function, line, call.column, argc]);
        for index in 0..argc {
            let depth = run.limits.vm.max_value_depth;
            let written = if let Some(lent) = machine.lent_argument(index) {
                out.value(lent, depth)
            } else {
                let argument = machine.take_argument(index);
                if is_scalar(&argument) {
                    out.value(&argument, 0)
                } else {
                    let (written, freed) = write_owned(out, argument, &self.vm, depth);
                    run.memory_bytes -= freed;
                    written
                }
            };
            if let Err(error) = written {
                let path = format!("$[{index}]{}", &error.path()[1..]);
                let error = HostError::value(&error.reason, &path);
                return Err(error.at_call(machine.host_call().name, line));
            }
        }
        if let Some(name) = machine.foreign_name() {
            out.text(&name);
        }
        Ok(self.call_timeout_ms(function, run.limits.host_timeout_ms))
    }

    fn call_timeout_ms(&self, function: u32, of_run: f64) -> f64 {
        match self.hosts.get(function) {
            Some(function) if function.timeout_ms >= 0.0 => function.timeout_ms,
            _ => of_run,
        }
    }

    fn wait(&mut self, mut run: Box<Run>, request: Id, timeout_ms: f64, now_ns: u64) {
        run.request = request;
        run.host_deadline_ns = deadline_ns(now_ns, timeout_ms);
        self.deadlines.arm(run.id.slot, run.deadline_ns());
        self.runs.put_back(run);
    }

    /// Gives a closed request's answer to the run that waited.
    #[cfg_attr(target_arch = "wasm32", inline(never))]
    pub(crate) fn answer(&mut self, run: Id, request: Id, reply: Result<Dynamic, HostError>, now_ns: u64, port: &mut dyn Port) {
        let Some(run) = self.runs.take(run) else { return };
        let reply = reply.map_err(|error| Dynamic::from(at_call(&run, error)));
        self.trace(trace_step::RESUMED, request, run.id, now_ns, port);
        self.go_on(run, reply, now_ns);
    }

    fn go_on(&mut self, mut run: Box<Run>, reply: Result<Dynamic, Dynamic>, now_ns: u64) {
        if let Body::Fiber(machine) = &mut run.body {
            machine.resume(reply);
        }
        run.host_deadline_ns = crate::deadlines::NEVER;
        run.enter(Phase::Queued, now_ns);
        self.list(&mut run);
        self.runs.put_back(run);
    }

    /// A host call took too long: the script gets an error it can catch, JavaScript an abort.
    #[cfg_attr(target_arch = "wasm32", inline(never))]
    pub(crate) fn time_out_call(&mut self, run: Id, now_ns: u64, port: &mut dyn Port) {
        let Some(waiting) = self.runs.get(run) else { return };
        let (request, of_run) = (waiting.request, waiting.limits.host_timeout_ms);
        let (function, id) = waiting.function();
        let ms = self.call_timeout_ms(id, of_run);
        self.requests.close(request);
        self.counters.host_timeouts += 1;
        self.send_aborted(request, abort_reason::TIMED_OUT, port);
        let message = format!("host function '{function}' timed out after {ms} ms");
        let error = HostError::new(Origin::TimedOut(ms), "RhaiTimeoutError", &message, "RHAI_TIMEOUT");
        self.answer(run, request, Err(error), now_ns, port);
    }

    pub(crate) fn send_aborted(&mut self, request: Id, why: u32, port: &mut dyn Port) {
        self.out.begin(outbox_kind::ABORTED, request).u32(why);
        self.out.end(port);
    }

    fn trace(&mut self, step: u32, request: Id, run: Id, now_ns: u64, port: &mut dyn Port) {
        if !self.is_tracing {
            return;
        }
        let out = self.out.begin(outbox_kind::TRACED, request);
        for word in [step, run.slot, run.generation] {
            out.u32(word);
        }
        out.f64(to_ms(now_ns));
        self.out.end(port);
    }
}

/// Values that hold nothing on the heap: there is no account to keep.
fn is_scalar(value: &Dynamic) -> bool {
    value.is_int() || value.is_float() || value.is_bool() || value.is_unit()
}

/// Writes an argument that the machine has let go of; also says how many bytes that took off its run.
fn write_owned(out: &mut Encoder, argument: Dynamic, vm: &Vm, depth: u32) -> (Result<(), ValueError>, i64) {
    let blob_bytes = argument.as_blob_ref().map_or(0, |blob| blob.capacity());
    if blob_bytes > 0 && !argument.is_shared() {
        return (out.owned_value(argument, depth), blob_bytes as i64 + VALUE_HEADER_BYTES);
    }
    let written = out.value(&argument, depth);
    let before = vm.live_bytes();
    drop(argument);
    (written, before - vm.live_bytes())
}

fn at_call(run: &Run, error: HostError) -> HostError {
    match &run.body {
        Body::Fiber(machine) => {
            let call = machine.host_call();
            error.at_call(call.name, call.line)
        }
        _ => error,
    }
}
