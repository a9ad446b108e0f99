//! Names that only the run can resolve: variables beside texts of `eval`, and what modules bring and show.

use super::function::FunctionBuilder;
use super::{Compiled, Compiler};
use crate::bytecode::{Op, Reg};
use rhai::{ASTFlags, Expr, Ident, ImmutableString, Position};

impl Compiler {
    /// A variable of a dynamic function in a register of its own, for the next instruction.
    pub(super) fn lend(&mut self, f: &mut FunctionBuilder, name: &ImmutableString, position: Position) -> Compiled<Reg> {
        let t = f.temporary()?;
        let site = self.named_site(f, name, position);
        let (register, _) = f.find_static(name);
        f.position = position;
        f.emit_at(Op::Lend(t, register), site);
        f.lent += 1;
        Ok(t)
    }

    /// Ends the last loan.
    pub(super) fn give_back(&mut self, f: &mut FunctionBuilder) {
        if f.lent > 0 {
            f.lent -= 1;
            f.emit(Op::GiveBack);
        }
    }

    /// A site that names a variable; its number of arguments is the number of the variable it means so far.
    pub(super) fn named_site(&mut self, f: &FunctionBuilder, name: &ImmutableString, position: Position) -> u32 {
        let (register, number) = f.find_static(name);
        let meaning = crate::program::Meaning {
            function: self.program.any_function(name),
            ..Default::default()
        };
        self.site(name, if register == Reg::MAX { 0 } else { number + 1 }, meaning, position)
    }

    /// A call that can only fail is worth a warning.
    pub(super) fn note_unknown(&mut self, name: &ImmutableString, meaning: &crate::program::Meaning, position: Position) {
        if !meaning.typed && !name.contains('$') && !crate::natives::is_native(name) {
            let (line, column) = super::line_column(position);
            self.program.unknown.push((name.clone(), line, column));
        }
    }

    /// What a function leaves behind: variables that texts declared in it.
    pub(super) fn end_function(&mut self, f: &mut FunctionBuilder) {
        let is_callee = !f.is_root && !f.is_inside;
        f.end_scope(if is_callee { u32::from(u16::MAX) } else { f.base_depth });
    }

    pub(super) fn import(&mut self, f: &mut FunctionBuilder, path: &Expr, name: &ImmutableString, position: Position) -> Compiled {
        let t = f.temporary()?;
        self.expression(f, path, t)?;
        f.position = path.start_position();
        let site = self.native_site(name, 0, position);
        f.emit_at(Op::Import(t, f.depth as u16), site);
        Ok(())
    }

    /// `export name as alias`: the site of the alias, then that of the variable.
    pub(super) fn export(&mut self, f: &mut FunctionBuilder, name: &ImmutableString, alias: &ImmutableString, position: Position) {
        f.position = position;
        let site = self.native_site(alias, 0, position);
        self.named_site(f, name, position);
        f.emit_at(Op::Export(f.find_static(name).0), site);
    }

    /// A variable that the text of an `eval` declares in its caller's scope.
    pub(super) fn published(&mut self, f: &mut FunctionBuilder, name: &Ident, value: &Expr, flags: ASTFlags) -> Compiled {
        let constant = flags.contains(ASTFlags::CONSTANT);
        let mark = f.mark();
        let t = f.temporary()?;
        self.expression(f, value, t)?;
        if constant {
            f.emit(Op::Freeze(t));
            if f.in_root && f.depth == 0 && self.has_functions {
                let site = self.native_site(&name.name, 0, name.pos);
                f.emit_at(Op::StoreGlobal(t), site);
            }
        }
        let site = self.site(&name.name, f.visible(), crate::program::Meaning::default(), name.pos);
        f.emit_at(Op::Declare(t, f.depth as u16), site);
        if flags.contains(ASTFlags::EXPORTED) {
            self.export(f, &name.name, &name.name, name.pos);
        }
        f.release(mark);
        Ok(())
    }
}
