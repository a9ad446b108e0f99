//! Records from JavaScript, one at a time. A record that breaks the protocol is counted and changes nothing, but
//! whoever waits for its effect is answered.

use crate::codec::{Malformed, Reader};
use crate::compile::CompileJob;
use crate::core::Core;
use crate::failed::Failed;
use crate::guard::guarded;
use crate::limits::RunLimits;
use crate::message::{compile_flag, inbox_kind as kind, outbox_kind, scope_flag, start_flag, Id};
use crate::port::Port;
use crate::runs::{Call, Fresh, Run};
use crate::values::HostError;
use rhai::Dynamic;
use rhai_bridge_vm::Binding;

/// Why of a CANCEL that means the engine is gone.
const DISPOSED: u32 = 2;

impl Core {
    /// Takes one whole record. `now_ns` is when it was found.
    pub fn receive(&mut self, record: &[u8], now_ns: u64, port: &mut dyn Port) {
        self.counters.records_in += 1;
        self.counters.bytes_in += record.len() as u64;
        match guarded(|| self.dispatch(record, now_ns, port)) {
            Ok(Ok(())) => {}
            Ok(Err(_)) => self.counters.malformed += 1,
            Err(panic) => self.break_down(&panic, now_ns, port),
        }
        self.tell_released(port);
    }

    /// The account of memory before a value is read.
    fn bytes_before(&self) -> i64 {
        let _ = self.inbox.taken_aside();
        self.vm.live_bytes()
    }

    fn dispatch(&mut self, record: &[u8], now_ns: u64, port: &mut dyn Port) -> Result<(), Malformed> {
        let mut reader = Reader::new(record, 4);
        let kind = reader.u32()?;
        let id = read_id(&mut reader)?;
        match kind {
            kind::REPLY => self.receive_reply(id, &mut reader, now_ns, port),
            kind::START => self.receive_start(id, &mut reader, now_ns, port),
            kind::THROW => self.receive_throw(id, &mut reader, now_ns, port),
            kind::CANCEL => self.receive_cancel(id, &mut reader, now_ns, port),
            _ => self.dispatch_rare(kind, id, &mut reader, port),
        }
    }

    fn dispatch_rare(&mut self, kind: u32, id: Id, reader: &mut Reader<'_>, port: &mut dyn Port) -> Result<(), Malformed> {
        match kind {
            kind::COMPILE => self.receive_compile(id.slot, reader)?,
            kind::DROP_PROGRAM => self.programs.drop_source(id.slot),
            kind::DEFINE => {
                let name = reader.text()?;
                self.hosts.define(id.slot, name, reader.f64()?)?;
            }
            kind::UNDEFINE => self.hosts.undefine(id.slot),
            kind::LIMITS => self.limits.set(id.slot, RunLimits::read(reader)?)?,
            kind::SET_VAR => {
                let binding = self.read_binding(reader, 0)?;
                self.sync_scope();
                self.scope.set(binding);
            }
            kind::CLEAR_SCOPE => {
                self.sync_scope();
                self.scope.clear();
            }
            kind::GET_SCOPE => self.send_scope(id, reader.u32().unwrap_or(0), port),
            kind::DROP_FUNCTION => {
                let count = reader.u32()?;
                let dropped = self.handles.closures.borrow_mut().give_back(id, count);
                drop(dropped);
            }
            kind::FUEL => self.receive_fuel(id, reader)?,
            kind::TRACE => self.is_tracing = reader.u32()? != 0,
            _ => return Err(Malformed("unknown kind")),
        }
        Ok(())
    }

    fn receive_start(&mut self, id: Id, reader: &mut Reader<'_>, now_ns: u64, port: &mut dyn Port) -> Result<(), Malformed> {
        if self.runs.get(id).is_some() {
            return Err(Malformed("run started twice"));
        }
        let before = self.bytes_before();
        let mut started = self.read_start(id, reader, now_ns);
        if let Ok(run) = &mut started {
            run.memory_bytes = self.vm.live_bytes() - before + self.inbox.taken_aside();
        }
        match started {
            Ok(run) if !self.is_broken => self.add_run(run),
            Ok(_) => self.send_failed(id, Failed::internal("this core is broken"), &Default::default(), port),
            Err(malformed) => {
                self.send_failed(id, Failed::internal(malformed.to_string()), &Default::default(), port);
                return Err(malformed);
            }
        }
        Ok(())
    }

    /// Everything of the record is read before anything is looked up, so that shapes it defines are known.
    fn read_start(&mut self, id: Id, reader: &mut Reader<'_>, now_ns: u64) -> Result<Box<Run>, Malformed> {
        let (program, limits) = (reader.u32()?, reader.u32()?);
        let (flags, priority) = (reader.u32()?, reader.i32()?);
        let waited_ms = if flags & start_flag::WAITED != 0 { reader.f64()? } else { 0.0 };
        let limits = self.limits.get(limits);
        let depth = limits.as_ref().map_or(0, |limits| limits.vm.max_value_depth);
        let scope = if flags & start_flag::SCOPE != 0 {
            self.read_bindings(reader, depth)?
        } else {
            Vec::new()
        };
        let call = self.read_call(flags, reader, depth)?;
        let source = match &call {
            Some(Call::Held(_, args)) => self.programs.caller(args.len()),
            _ => self.programs.get(program)?,
        };
        let limits = limits?;
        if !self.runs.is_free(id) {
            return Err(Malformed("run slot in use or out of range"));
        }
        let scope = if flags & start_flag::OWN_SCOPE != 0 {
            self.lend_scope(id, scope)
        } else {
            scope
        };
        self.counters.started += 1;
        let fresh = Fresh { source, scope, call };
        let mut run = Run::new(id, fresh, limits, priority, flags as u8, now_ns);
        run.has_waited(waited_ms);
        Ok(self.runs.boxed(run))
    }

    fn add_run(&mut self, mut run: Box<Run>) {
        self.deadlines.arm(run.id.slot, run.deadline_ns());
        self.list(&mut run);
        self.runs.add(run);
    }

    #[cfg_attr(target_arch = "wasm32", inline(never))]
    fn read_call(&mut self, flags: u32, reader: &mut Reader<'_>, depth: u32) -> Result<Option<Call>, Malformed> {
        if flags & start_flag::FUNCTION != 0 {
            let id = read_id(reader)?;
            let function = self.handles.closures.borrow().get(id).cloned();
            let args = self.read_arguments(reader, depth)?;
            return Ok(Some(Call::Held(function.ok_or(Malformed("no such function"))?, args)));
        }
        if flags & start_flag::CALL == 0 {
            return Ok(None);
        }
        let name = reader.text()?.to_owned();
        Ok(Some(Call::Named(name, self.read_arguments(reader, depth)?)))
    }

    fn read_arguments(&mut self, reader: &mut Reader<'_>, depth: u32) -> Result<Vec<Dynamic>, Malformed> {
        let count = reader.count(1)?;
        (0..count).map(|_| self.inbox.value(reader, depth)).collect()
    }

    #[cfg_attr(target_arch = "wasm32", inline(never))]
    fn read_bindings(&mut self, reader: &mut Reader<'_>, depth: u32) -> Result<Vec<Binding>, Malformed> {
        let count = reader.count(6)?; // a name's length, the const byte, a tag
        (0..count).map(|_| self.read_binding(reader, depth)).collect()
    }

    fn read_binding(&mut self, reader: &mut Reader<'_>, depth: u32) -> Result<Binding, Malformed> {
        let name = reader.text()?.into();
        let constant = reader.u8()? != 0;
        let value = self.inbox.value(reader, depth)?;
        Ok(Binding { name, value, constant })
    }

    #[cfg_attr(target_arch = "wasm32", inline(never))]
    fn receive_reply(&mut self, id: Id, reader: &mut Reader<'_>, now_ns: u64, port: &mut dyn Port) -> Result<(), Malformed> {
        let run = self.requests.close(id);
        let depth = run.and_then(|run| self.runs.get(run)).map_or(0, |run| run.limits.vm.max_value_depth);
        let before = self.bytes_before();
        let value = self.inbox.value(reader, depth); // also when late: its shapes stay known
        let Some(run) = run else { return self.drop_late(value.err()) };
        let bytes = self.vm.live_bytes() - before + self.inbox.taken_aside();
        if let Some(run) = self.runs.get(run) {
            run.memory_bytes += bytes;
        }
        self.counters.replies += 1;
        match value {
            Ok(value) => self.answer(run, id, Ok(value), now_ns, port),
            Err(malformed) => {
                let error = HostError::value(malformed.0, "$");
                self.answer(run, id, Err(error), now_ns, port);
                return Err(malformed);
            }
        }
        Ok(())
    }

    #[cfg_attr(target_arch = "wasm32", inline(never))]
    fn receive_throw(&mut self, id: Id, reader: &mut Reader<'_>, now_ns: u64, port: &mut dyn Port) -> Result<(), Malformed> {
        let handle = reader.u32()?;
        let (name, message, code) = (reader.text()?, reader.text()?, reader.text()?);
        let Some(run) = self.requests.close(id) else {
            return self.drop_late(None);
        };
        self.counters.replies += 1;
        let error = HostError::thrown(handle, name, message, code);
        self.answer(run, id, Err(error), now_ns, port);
        Ok(())
    }

    fn drop_late(&mut self, malformed: Option<Malformed>) -> Result<(), Malformed> {
        self.counters.late_replies += 1;
        malformed.map_or(Ok(()), Err)
    }

    #[cfg_attr(target_arch = "wasm32", inline(never))]
    fn receive_cancel(&mut self, id: Id, reader: &mut Reader<'_>, now_ns: u64, port: &mut dyn Port) -> Result<(), Malformed> {
        let why = reader.u32()?;
        let Some(run) = self.runs.take(id) else { return Ok(()) }; // it ended by itself a moment ago
        let failed = match why {
            DISPOSED => Failed::new("disposed", "the engine was disposed"),
            _ => Failed::new("cancelled", "the run was cancelled"),
        };
        self.fail_here(run, failed, now_ns, port);
        Ok(())
    }

    fn receive_compile(&mut self, id: u32, reader: &mut Reader<'_>) -> Result<(), Malformed> {
        let (flags, limits) = (reader.u32()?, reader.u32()?);
        let (name, text) = (reader.text()?, reader.text()?);
        self.programs.keep(id, name, text, flags & compile_flag::OPEN != 0)?;
        if flags & (compile_flag::ANSWER | compile_flag::ANALYZE) != 0 {
            self.compiles.push_back(CompileJob {
                id,
                source: self.programs.get(id)?,
                limits: self.limits.get(limits).ok(),
            });
        }
        Ok(())
    }

    #[cfg_attr(target_arch = "wasm32", inline(never))]
    fn lend_scope(&mut self, id: Id, private: Vec<Binding>) -> Vec<Binding> {
        self.sync_scope();
        self.scope.lend(id, private)
    }

    /// Brings what suspended runs have changed into the scope before somebody looks at it.
    fn sync_scope(&mut self) {
        for id in self.scope.borrowers() {
            if let Some(bindings) = self.runs.get(id).and_then(|run| run.bindings()) {
                self.scope.sync(id, bindings);
            }
        }
    }

    #[cfg_attr(target_arch = "wasm32", inline(never))]
    fn send_scope(&mut self, query: Id, flags: u32, port: &mut dyn Port) {
        self.sync_scope();
        let bindings = self.scope.bindings();
        let out = self.out.begin(outbox_kind::SCOPE, query);
        out.refuses_functions = flags & scope_flag::FUNCTIONS == 0;
        out.u32(bindings.len() as u32);
        for binding in bindings {
            out.text(&binding.name);
            out.u8(u8::from(binding.constant));
            let mark = out.mark();
            out.u8(1);
            if let Err(error) = out.value(&binding.value, 0) {
                out.rollback(mark);
                out.u8(0);
                out.text(&format!("{} (at {})", error.reason, error.path()));
            }
        }
        out.refuses_functions = false;
        self.out.end(port);
    }

    /// Tells which host objects no script holds any more.
    pub(crate) fn tell_released(&mut self, port: &mut dyn Port) {
        if !self.handles.objects.borrow().has_released() {
            return;
        }
        let released = self.handles.objects.borrow_mut().take_released();
        for (slot, generation) in released {
            self.out.begin(outbox_kind::RELEASED, Id { slot, generation });
            self.out.end(port);
        }
    }
}

fn read_id(reader: &mut Reader<'_>) -> Result<Id, Malformed> {
    Ok(Id {
        slot: reader.u32()?,
        generation: reader.u32()?,
    })
}
