//! Where a source defines its functions, and the doc comments above them: rhai's parser keeps neither (doc comments come
//! with its `metadata` feature only), its tokenizer knows both. Read only when somebody asks what is in a script.

use crate::compile::line_column;
use crate::{FunctionInfo, Program, Vm};
use rhai::{Engine, Position, Token};

/// A function as the text defines it.
#[derive(Debug)]
struct Definition {
    name: String,
    argc: usize,
    position: Position,
    doc: Vec<String>,
}

impl Vm {
    /// The functions of `program`, with the places and doc comments that its source gives them.
    #[must_use]
    pub fn functions(&self, program: &Program, source: &str) -> Vec<FunctionInfo> {
        let mut infos = program.functions();
        for definition in outline(&self.engine, source) {
            let fits = |info: &&mut FunctionInfo| info.name == definition.name && info.params.len() == definition.argc && info.doc.is_empty();
            if let Some(info) = infos.iter_mut().find(fits) {
                (info.line, info.column) = line_column(definition.position);
                info.doc = definition.doc;
            }
        }
        infos.sort_by_key(|info| (info.line, info.column));
        infos
    }
}

/// All definitions of a text that parses.
fn outline(engine: &Engine, source: &str) -> Vec<Definition> {
    let sources = [source];
    let mut tokens = Tokens::new(engine, &sources);
    let (mut definitions, mut doc, mut private) = (Vec::new(), Vec::new(), None);
    while let Some((token, position)) = tokens.next() {
        match token {
            Token::Comment(text) => doc.extend(doc_lines(&text)),
            Token::Private => private = Some(position),
            Token::Fn => {
                let position = private.take().unwrap_or(position);
                definitions.extend(tokens.definition(position, std::mem::take(&mut doc)));
            }
            _ => {
                doc.clear();
                private = None;
            }
        }
    }
    definitions
}

/// The text of a doc comment, line by line; nothing for other comments.
fn doc_lines(comment: &str) -> Vec<String> {
    if let Some(line) = comment.strip_prefix("///").filter(|line| !line.starts_with('/')) {
        return vec![line.strip_prefix(' ').unwrap_or(line).trim_end().to_owned()];
    }
    let block = comment.strip_prefix("/**").filter(|text| !text.starts_with('*'));
    let text = block.and_then(|text| text.strip_suffix("*/"));
    let plain = |line: &str| line.trim().trim_start_matches('*').trim().to_owned();
    text.map(|text| text.trim().lines().map(plain).collect()).unwrap_or_default()
}

/// rhai's tokens, comments included. Between `${` and `}` of an interpolated string it is the parser who tells the
/// tokenizer that the text goes on: here the braces are counted.
struct Tokens<'a> {
    inner: rhai::TokenIterator<'a>,
    /// Open braces; `true` where the text of a string goes on behind.
    braces: Vec<bool>,
    is_text_next: bool,
}

impl<'a> Tokens<'a> {
    fn new(engine: &'a Engine, source: &'a [&'a str; 1]) -> Self {
        let (mut inner, _) = engine.lex(source);
        inner.state.include_comments = true;
        Self {
            inner,
            braces: Vec::new(),
            is_text_next: false,
        }
    }

    /// What stands behind `fn`: a name, perhaps with a type in front, and parameters.
    fn definition(&mut self, position: Position, doc: Vec<String>) -> Option<Definition> {
        let mut name = None;
        let has_parameters = loop {
            match self.next()?.0 {
                Token::Identifier(text) | Token::Reserved(text) => name = Some(text.to_string()),
                Token::LeftParen => break true,
                Token::Unit => break false,
                _ => {}
            }
        };
        let argc = if has_parameters { self.parameters()? } else { 0 };
        let name = name?;
        Some(Definition { name, argc, position, doc })
    }
}

impl Tokens<'_> {
    fn parameters(&mut self) -> Option<usize> {
        let mut count = 0;
        loop {
            match self.next()?.0 {
                Token::Identifier(_) => count += 1,
                Token::RightParen => return Some(count),
                _ => {}
            }
        }
    }
}

impl Iterator for Tokens<'_> {
    type Item = (Token, Position);

    fn next(&mut self) -> Option<Self::Item> {
        let (token, position) = self.inner.next()?;
        match token {
            Token::EOF | Token::LexError(_) => return None,
            Token::InterpolatedString(_) => self.is_text_next = true,
            Token::LeftBrace | Token::MapStart => self.braces.push(std::mem::take(&mut self.is_text_next)),
            Token::RightBrace if self.braces.pop() == Some(true) => {
                self.inner.state.tokenizer_control.borrow_mut().is_within_text = true;
            }
            _ => {}
        }
        Some((token, position))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Name, arity, line and column, doc comments.
    type Told = (String, usize, (u32, u32), Vec<String>);

    fn told(source: &str) -> Vec<Told> {
        let found = outline(&Engine::new(), source);
        found.into_iter().map(|d| (d.name, d.argc, line_column(d.position), d.doc)).collect()
    }

    fn text(lines: &[&str]) -> Vec<String> {
        lines.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_function_has_its_place_and_the_doc_comments_above_it() {
        let source = "/// One.\n///   Two.\n// plain\nfn add(a, b) { a + b }\nlet x = 1; /// lost\nx;\n  private fn none() {}";
        assert_eq!(
            told(source),
            [
                ("add".to_owned(), 2, (4, 1), text(&["One.", "  Two."])),
                ("none".to_owned(), 0, (7, 3), text(&[])),
            ]
        );
    }

    #[test]
    fn blocks_are_doc_comments_too_and_long_rows_of_stars_and_slashes_are_not() {
        let source = "/** One.\n * Two.\n */\nfn a() {}\n/*** no ***/\n//// no\nfn b() {}";
        let docs: Vec<_> = told(source).into_iter().map(|(.., doc)| doc).collect();
        assert_eq!(docs, [text(&["One.", "Two."]), text(&[])]);
    }

    #[test]
    fn text_that_looks_like_a_function_is_none() {
        let source = "let t = `a ${ #{ a: `${1}` }.a } fn no(a) { ${ if true { 1 } else { 2 } } /// x `; // fn no(b)\n\"fn no(c)\"; fn yes(d) {}";
        assert_eq!(told(source), [("yes".to_owned(), 1, (2, 13), text(&[]))]);
    }

    #[test]
    fn a_method_of_a_type_is_told_by_its_name() {
        assert_eq!(
            told("/// M.\nfn int.double(x) { this * 2 }"),
            [("double".to_owned(), 1, (2, 1), text(&["M."]))]
        );
    }
}
