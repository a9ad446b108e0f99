//! Any text as a script: it compiles and runs, fails with an error, or meets a limit. Its host calls are answered.
#![no_main]

use libfuzzer_sys::fuzz_target;
use rhai::Dynamic;
use rhai_bridge_core::message::{inbox_kind as kind, Id};
use rhai_bridge_fuzz::with_host;

const MAX_REPLIES: usize = 8;

fuzz_target!(|text: &str| with_host(|host, generation| {
    let run = Id { slot: 0, generation };
    host.compile(1, text);
    host.start(1, run);
    for turn in 0..MAX_REPLIES {
        host.run_out();
        if host.ends.len() == 1 {
            break;
        }
        let Some(&request) = host.asked.get(turn) else { break };
        host.send(kind::REPLY, request, |out| out.value(&Dynamic::from(turn as i64), 0).expect("encodes"));
    }
    host.send(kind::CANCEL, run, |out| out.u32(1));
    host.run_out();
    assert_eq!(host.ends.len(), 1, "the run did not end");
    host.assert_over();
}));
