//! Chains: `a.b[i].c(x)`. All arguments first, left to right, then the root, then the path in one instruction.

use super::expr::local_of;
use super::function::FunctionBuilder;
use super::{scan, unsupported, Compiled, Compiler};
use crate::bytecode::{Op, Reg};
use crate::program::{Chain, End, Link, Step};
use rhai::{ASTFlags, Expr, ImmutableString, OpAssignment, Position};

/// One part of the path, as the parser has it.
struct Part<'a> {
    e: &'a Expr,
    index: bool,
    elvis: bool,
    operator: Position,
}

/// The parts after the root.
fn parts(e: &Expr) -> (&Expr, Vec<Part<'_>>) {
    let (Expr::Dot(x, flags, at) | Expr::Index(x, flags, at)) = e else {
        return (e, Vec::new());
    };
    let mut list = Vec::new();
    let (mut index, mut flags, mut operator) = (matches!(e, Expr::Index(..)), *flags, *at);
    let mut rest = &x.rhs;
    loop {
        let elvis = flags.contains(ASTFlags::NEGATED);
        match rest {
            Expr::Dot(y, next, at) | Expr::Index(y, next, at) if !flags.contains(ASTFlags::BREAK) => {
                list.push(Part {
                    e: &y.lhs,
                    index,
                    elvis,
                    operator,
                });
                (index, flags, operator) = (matches!(rest, Expr::Index(..)), *next, *at);
                rest = &y.rhs;
            }
            last => {
                list.push(Part {
                    e: last,
                    index,
                    elvis,
                    operator,
                });
                return (&x.lhs, list);
            }
        }
    }
}

impl Compiler {
    pub(super) fn chain_value(&mut self, f: &mut FunctionBuilder, e: &Expr, d: Reg) -> Compiled {
        let chain = self.chain(f, e, End::Get, Position::NONE)?;
        let links = &self.program.chains[chain as usize].links;
        let root = self.program.chains[chain as usize].root;
        match links.as_slice() {
            [Link {
                step: Step::Index(i),
                elvis: false,
                ..
            }] => drop(f.emit_at(Op::Index(d, root, *i), chain)),
            [Link {
                step: Step::Property { .. },
                elvis: false,
                ..
            }] => drop(f.emit_at(Op::Property(d, root), chain)),
            [Link {
                step: Step::Method { site, base },
                elvis: false,
                position,
                ..
            }] => {
                f.position = *position;
                f.emit_at(Op::Method(root, *base, d), *site);
            }
            _ => self.long_chain(f, chain, d),
        }
        self.give_back(f);
        Ok(())
    }

    fn long_chain(&mut self, f: &mut FunctionBuilder, chain: u32, d: Reg) {
        let state = self.program.chains[chain as usize].state;
        if state != Reg::MAX {
            f.emit(Op::Unit(state));
        }
        f.emit(Op::Chain(d, chain));
    }

    pub(super) fn assign_chain(&mut self, f: &mut FunctionBuilder, op: &OpAssignment, left: &Expr, right: &Expr) -> Compiled {
        let shortcut = self.shortcut(f, op, left, right)?;
        self.assign_chain_plainly(f, op, left, right)?;
        match shortcut {
            Some(jump) => f.land(jump),
            None => Ok(()),
        }
    }

    fn assign_chain_plainly(&mut self, f: &mut FunctionBuilder, op: &OpAssignment, left: &Expr, right: &Expr) -> Compiled {
        let value = f.temporary()?;
        self.expression(f, right, value)?;
        let end = if op.is_op_assignment() {
            End::OpSet(self.operator_sites(op), value, super::assign::arithmetic(op))
        } else {
            End::Set(value)
        };
        let chain = self.chain(f, left, end, op.position())?;
        let links = &self.program.chains[chain as usize].links;
        let root = self.program.chains[chain as usize].root;
        match (end, links.as_slice()) {
            (
                End::Set(_),
                [Link {
                    step: Step::Index(i),
                    elvis: false,
                    ..
                }],
            ) => {
                f.emit_at(Op::SetIndex(root, *i, value), chain);
            }
            (
                End::Set(_),
                [Link {
                    step: Step::Property { .. },
                    elvis: false,
                    ..
                }],
            ) => {
                f.emit_at(Op::SetProperty(value), chain);
            }
            _ => {
                let unused = f.temporary()?;
                self.long_chain(f, chain, unused);
            }
        }
        self.give_back(f);
        Ok(())
    }

    /// Code for arguments and root; the chain's description.
    pub(super) fn chain(&mut self, f: &mut FunctionBuilder, e: &Expr, end: End, end_position: Position) -> Compiled<u32> {
        let (root, list) = parts(e);
        let mut links = Vec::with_capacity(list.len());
        let mut methods = 0;
        for (i, part) in list.iter().enumerate() {
            let step = self.step(f, root, part, &list[i + 1..])?;
            methods += usize::from(matches!(step, Step::Method { .. }));
            let position = if part.index { part.e.start_position() } else { part.e.position() };
            links.push(Link {
                step,
                elvis: part.elvis,
                position,
                operator: part.operator,
            });
        }
        let (state, carry, held) = if methods > 0 {
            (f.temporary()?, f.temporary()?, f.temporary()?)
        } else {
            (Reg::MAX, Reg::MAX, Reg::MAX)
        };
        let (register, name) = self.root(f, root)?;
        f.position = list.first().map_or(Position::NONE, |p| p.operator);
        let index_get = self.native_site("index$get$", 2, f.position);
        let index_set = self.native_site("index$set$", 3, f.position);
        let position = root.start_position();
        self.program.chains.push(Chain {
            root: register,
            name,
            position,
            links,
            end,
            end_position,
            state,
            carry,
            held,
            plain: methods == 0,
            index_get,
            index_set,
        });
        Ok(super::index(self.program.chains.len()))
    }

    fn step(&mut self, f: &mut FunctionBuilder, root: &Expr, part: &Part<'_>, later: &[Part<'_>]) -> Compiled<Step> {
        if part.index {
            let stable = match (part.e, root) {
                (Expr::Variable(v, ..), Expr::Variable(r, ..)) if v.1 == r.1 => false,
                (Expr::Variable(v, ..), _) => {
                    let captured = f.captured.contains(&v.1);
                    !captured
                        && !scan::may_change(root, &v.1, captured)
                        && later.iter().all(|p| !method(p.e) && !scan::may_change(p.e, &v.1, captured))
                }
                _ => true,
            };
            return Ok(Step::Index(self.index_operand(f, part.e, stable)?));
        }
        match part.e {
            Expr::Property(x, position) => {
                let getter = self.native_site(&x.0 .0, 1, *position);
                let setter = self.native_site(&x.1 .0, 2, *position);
                Ok(Step::Property {
                    name: x.2.clone(),
                    getter,
                    setter,
                })
            }
            Expr::MethodCall(call, position) => {
                let base = self.consecutive(f, &call.args)?;
                let meaning = self.meaning(&call.name, call.args.len());
                if let Some(host) = meaning.host.filter(|_| meaning.method.is_none()) {
                    self.host_use(&call.name, host, *position);
                    // The target is the host function's first argument: it goes in front of the others.
                    f.temporary()?;
                }
                let site = self.site(&call.name, call.args.len(), meaning, *position);
                self.program.sites[site as usize].argument_position = call.args.first().map_or(Position::NONE, Expr::position);
                Ok(Step::Method { site, base })
            }
            other => unsupported(&format!("{other:?}"), other.position()),
        }
    }

    /// The root's register and, of a variable, its name.
    fn root(&mut self, f: &mut FunctionBuilder, root: &Expr) -> Compiled<(Reg, ImmutableString)> {
        if let (Some(register), Expr::Variable(v, ..)) = (local_of(f, root), root) {
            return Ok((register, v.1.clone()));
        }
        match root {
            Expr::Variable(v, _, position) if f.dynamic && v.2.is_empty() && self.program.any_function(&v.1).is_none() => {
                Ok((self.lend(f, &v.1, *position)?, v.1.clone()))
            }
            Expr::Variable(v, ..) if v.2.is_empty() && f.find_outer(&v.1).is_some() && self.program.any_function(&v.1).is_none() => {
                let register = f.find_outer(&v.1).unwrap_or(0);
                self.check_reference(f, root, register);
                Ok((register, v.1.clone()))
            }
            Expr::Variable(v, ..) if !v.2.is_empty() => {
                let t = f.temporary()?;
                self.qualified_variable(f, &v.2, &v.1, t)?;
                Ok((t, v.1.clone()))
            }
            Expr::ThisPtr(position) => {
                let Some(this) = f.this else { return unsupported("this", *position) };
                self.check_reference(f, root, this);
                Ok((this, "".into()))
            }
            e => {
                let t = f.temporary()?;
                self.expression(f, e, t)?;
                Ok((t, "".into()))
            }
        }
    }
}

fn method(e: &Expr) -> bool {
    matches!(e, Expr::MethodCall(..))
}
