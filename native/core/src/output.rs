//! What scripts print, on its way to JavaScript: counted, sent, and taken off the run's account of memory.

use crate::core::Core;
use crate::failed::Failed;
use crate::message::{outbox_kind, Id};
use crate::port::Port;
use crate::runs::Run;
use rhai_bridge_vm::Output;

impl Core {
    /// Sends what the slice printed; more than the run's share ends it.
    pub(crate) fn send_output(&mut self, run: &mut Run, port: &mut dyn Port) -> Result<(), Box<Failed>> {
        let outputs = self.vm.take_output();
        if outputs.is_empty() {
            return Ok(());
        }
        let sent = self.send_each(run, &outputs, port);
        run.memory_bytes -= self.freed(outputs);
        sent
    }

    /// Drops what a run made; gives the bytes it held.
    fn freed<T>(&self, value: T) -> i64 {
        let before = self.vm.live_bytes();
        drop(value);
        before - self.vm.live_bytes()
    }

    #[cfg_attr(target_arch = "wasm32", inline(never))]
    fn send_each(&mut self, run: &mut Run, outputs: &[Output], port: &mut dyn Port) -> Result<(), Box<Failed>> {
        for output in outputs {
            run.output_bytes += output.text.len() as u64;
            let limit = run.limits.max_output_bytes;
            if limit != 0 && run.output_bytes > limit {
                return Err(Box::new(Failed::limit("maxOutputBytes", limit as f64).at(run.trace())));
            }
            self.send_text(run.id, output, port);
        }
        Ok(())
    }

    fn send_text(&mut self, run: Id, output: &Output, port: &mut dyn Port) {
        let kind = if output.debug { outbox_kind::DEBUG } else { outbox_kind::PRINT };
        let out = self.out.begin(kind, run);
        out.text(&output.text);
        if output.debug {
            out.text(&output.source);
            out.u32(output.line);
            out.u32(output.column);
        }
        self.out.end(port);
    }
}
