//! Parsing under a deadline and a bound of memory: rhai's parser is quadratic in places and cannot be stopped from
//! outside, but it asks us about every token.

use crate::ledger::{out_of_memory, Probes};
use crate::machine::Error;
use crate::Vm;
use rhai::{Dynamic, Engine, EvalAltResult, LexError, ParseError, Position, Token, AST};
use std::cell::Cell;
use std::rc::Rc;

/// Tokens between two looks at the clock.
const POLL_TOKENS: u32 = 64;

/// What one parse may take.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ParseBounds {
    /// When it must have ended; `u64::MAX` = never.
    pub(crate) deadline_ns: u64,
    /// What `live_bytes` may say at most.
    pub(crate) live_bytes: i64,
}

impl ParseBounds {
    pub(crate) const NONE: Self = Self {
        deadline_ns: u64::MAX,
        live_bytes: i64::MAX,
    };
}

/// The same with the means to look.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Within {
    pub(crate) bounds: ParseBounds,
    pub(crate) probes: Probes,
}

impl Within {
    fn stopped(&self) -> Option<Stopped> {
        let (bounds, probes) = (&self.bounds, &self.probes);
        if bounds.deadline_ns != u64::MAX && (probes.now_ns)() >= bounds.deadline_ns {
            Some(Stopped::Late)
        } else if bounds.live_bytes != i64::MAX && (probes.live_bytes)() > bounds.live_bytes {
            Some(Stopped::Memory)
        } else {
            None
        }
    }

    /// Whether work may go on.
    pub(crate) fn check(&self) -> Result<(), Error> {
        self.stopped().map_or(Ok(()), |why| Err(why.into()))
    }
}

/// The parse in progress, as the engine's hook sees it.
#[derive(Debug)]
pub(crate) struct ParseGuard {
    bounds: Cell<ParseBounds>,
    probes: Cell<Probes>,
    until_poll: Cell<u32>,
    stopped: Cell<Option<Stopped>>,
    json: Cell<Option<InJson>>,
}

/// Where in JSON the next token stands.
#[derive(Debug, Clone, Copy, Default)]
struct InJson {
    /// One bit for each bracket that is open, the innermost last: whether it is an object's. (rhai's parser goes no deeper.)
    objects: u64,
    /// The name of a property is next.
    wants_name: bool,
}

impl InJson {
    fn after(self, token: &Token) -> Self {
        let objects = match token {
            Token::MapStart => self.objects << 1 | 1,
            Token::LeftBracket => self.objects << 1,
            Token::RightBrace | Token::RightBracket => self.objects >> 1,
            _ => self.objects,
        };
        let wants_name = matches!(token, Token::MapStart | Token::Comma) && objects & 1 == 1;
        Self { objects, wants_name }
    }
}

#[derive(Debug, Clone, Copy)]
enum Stopped {
    Late,
    Memory,
}

impl From<Stopped> for Error {
    fn from(why: Stopped) -> Self {
        match why {
            Stopped::Late => EvalAltResult::ErrorTerminated(Dynamic::UNIT, Position::NONE).into(),
            Stopped::Memory => out_of_memory(),
        }
    }
}

impl ParseGuard {
    /// A guard that looks at every token of `engine`'s parser.
    pub(crate) fn install(engine: &mut Engine) -> Rc<Self> {
        let guard = Rc::new(Self {
            bounds: Cell::new(ParseBounds::NONE),
            probes: Cell::default(),
            until_poll: Cell::new(POLL_TOKENS),
            stopped: Cell::new(None),
            json: Cell::new(None),
        });
        let hook = guard.clone();
        #[expect(deprecated, reason = "rhai marks what may change between versions so; ours is pinned")]
        engine.on_parse_token(move |token, _, _| hook.look(token));
        guard
    }

    /// Every token passes here; when the bounds are passed it becomes an error.
    fn look(&self, token: Token) -> Token {
        let left = self.until_poll.get();
        let token = match self.json.get() {
            None => token,
            Some(place) => self.json_token(token, place),
        };
        if left > 0 && self.stopped.get().is_none() {
            self.until_poll.set(left - 1);
            return token;
        }
        self.until_poll.set(POLL_TOKENS);
        let within = Within {
            bounds: self.bounds.get(),
            probes: self.probes.get(),
        };
        self.stopped.set(self.stopped.get().or_else(|| within.stopped()));
        match self.stopped.get() {
            None => token,
            Some(_) => Token::LexError(LexError::Runtime("stopped".to_owned()).into()),
        }
    }

    /// JSON in rhai's words, as rhai's own `parse_json` has it, texts of errors included.
    fn json_token(&self, token: Token, place: InJson) -> Token {
        let refused = |error: LexError| Token::LexError(error.into());
        let token = match token {
            Token::Reserved(word) if word.as_str() == "null" => Token::Unit,
            Token::LeftBrace => Token::MapStart,
            Token::Unit | Token::MapStart => refused(LexError::ImproperSymbol(token.literal_syntax().to_owned(), String::new())),
            Token::InterpolatedString(..) => refused(LexError::ImproperSymbol("interpolated string".to_owned(), String::new())),
            Token::Identifier(..) if place.wants_name => refused(LexError::Runtime("Expecting name of a property".to_owned())),
            other => other,
        };
        self.json.set(Some(place.after(&token)));
        token
    }
}

impl Vm {
    /// Parses a text within `bounds`.
    pub(crate) fn parse(&self, text: &str, bounds: ParseBounds) -> Result<AST, Error> {
        self.guarded(bounds, || self.engine.compile(text))
    }

    /// Parses JSON within the bounds of the run being stepped: one expression.
    pub(crate) fn parse_json(&self, text: &str) -> Result<AST, Error> {
        self.parsing.json.set(Some(InJson::default()));
        let parsed = self.guarded(self.ledger.parse_bounds(), || self.engine.compile_expression(text));
        self.parsing.json.set(None);
        parsed
    }

    fn guarded(&self, bounds: ParseBounds, parse: impl FnOnce() -> Result<AST, ParseError>) -> Result<AST, Error> {
        let guard = &self.parsing;
        guard.bounds.set(bounds);
        guard.probes.set(self.ledger.probes);
        guard.stopped.set(None);
        let parsed = parse();
        guard.bounds.set(ParseBounds::NONE);
        match guard.stopped.take() {
            Some(why) => Err(why.into()),
            None => parsed.map_err(|error| EvalAltResult::from(error).into()),
        }
    }

    /// What parsing and compiling for the run being stepped may take.
    pub(crate) fn within_run(&self) -> Within {
        Within {
            bounds: self.ledger.parse_bounds(),
            probes: self.ledger.probes,
        }
    }

    /// Parses a text that the run being stepped asks for, on its account.
    pub(crate) fn parse_for_run(&mut self, text: &str) -> Result<AST, Error> {
        self.ledger.charge(text.len().saturating_mul(OPERATIONS_PER_BYTE))?;
        let ast = self.parse(text, self.ledger.parse_bounds())?;
        self.ledger.poll()?;
        Ok(ast)
    }
}

/// Operations that parsing and compiling take, per byte of text.
const OPERATIONS_PER_BYTE: usize = 8;
