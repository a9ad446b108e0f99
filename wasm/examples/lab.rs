//! The machine and rhai's own evaluator in one WebAssembly module, for `npm run bench:wasm`: which is faster there, and by
//! how much. JavaScript writes a program's text, prepares it, and times the calls. Never part of the package.

#![allow(unsafe_code, reason = "exports need fixed symbol names")]
#![allow(missing_docs, reason = "an example has no users")]

use rhai::{Engine, Scope, AST};
use rhai_bridge_vm::{CompileOptions, HostNames, Machine, Meter, Program, Step, Vm};
use std::cell::RefCell;
use std::rc::Rc;

struct Lab {
    text: Vec<u8>,
    engine: Engine,
    ast: AST,
    vm: Vm,
    program: Option<Rc<Program>>,
    answer: String,
}

impl Default for Lab {
    fn default() -> Self {
        let mut engine = Engine::new();
        engine.set_max_expr_depths(0, 0).set_max_call_levels(1_000);
        Self {
            text: Vec::new(),
            engine,
            ast: AST::empty(),
            vm: Vm::new(),
            program: None,
            answer: String::new(),
        }
    }
}

thread_local! {
    static LAB: RefCell<Lab> = RefCell::default();
}

fn with<T>(work: impl FnOnce(&mut Lab) -> T) -> T {
    LAB.with_borrow_mut(work)
}

/// Room for a program of `bytes` bytes.
#[no_mangle]
pub extern "C" fn lab_text(bytes: usize) -> *mut u8 {
    with(|lab| {
        lab.text = vec![0; bytes];
        lab.text.as_mut_ptr()
    })
}

/// Compiles the text for both sides; traps when either refuses it.
#[no_mangle]
pub extern "C" fn lab_prepare() {
    with(|lab| {
        let text = String::from_utf8(std::mem::take(&mut lab.text)).expect("UTF-8");
        lab.ast = lab
            .engine
            .compile(&text)
            .expect("a program that rhai compiles");
        let mut hosts = HostNames::new();
        hosts.insert("host", 0);
        let options = CompileOptions {
            name: "",
            hosts: &hosts,
            max_source_bytes: 0,
            deadline_ns: None,
            max_memory_bytes: 0,
        };
        lab.program = Some(lab.vm.compile(&text, &options).expect("a program"));
    });
}

/// Runs it on the machine, whose host calls are answered with their argument; returns the bytes of the value's text.
#[no_mangle]
pub extern "C" fn lab_machine() -> usize {
    with(|lab| {
        let program = lab.program.as_ref().expect("a prepared program");
        lab.answer = run(&mut lab.vm, program);
        lab.answer.len()
    })
}

/// Runs it on rhai's own evaluator.
#[no_mangle]
pub extern "C" fn lab_rhai() -> usize {
    with(|lab| {
        let value = lab
            .engine
            .eval_ast_with_scope::<rhai::Dynamic>(&mut Scope::new(), &lab.ast);
        lab.answer = value.expect("a program without errors").to_string();
        lab.answer.len()
    })
}

/// Where the last value's text is.
#[no_mangle]
pub extern "C" fn lab_answer() -> *const u8 {
    with(|lab| lab.answer.as_ptr())
}

fn run(vm: &mut Vm, program: &Rc<Program>) -> String {
    let mut machine = Machine::new(program, Vec::new());
    let mut meter = Meter {
        fuel: i64::MAX,
        ..Meter::default()
    };
    loop {
        match machine.step(vm, &mut meter) {
            Step::Done(value) => return value.to_string(),
            Step::Failed(failure) => panic!("{failure:?}"),
            Step::Suspended => {
                let value = machine.take_argument(0);
                machine.resume(Ok(value));
            }
            _ => meter.fuel = i64::MAX,
        }
    }
}
