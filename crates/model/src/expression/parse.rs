//! The grammar: CEL without maps, messages, indexes, bytes, unsigned integers and
//! floats.
//!
//! The parser of the `cel` crate was looked at first. It builds on a generated ANTLR
//! runtime that overflows the stack on nested brackets and panics on some inputs, reads
//! `0.1` as a float, and expands macros before we see them. The subset that Kith speaks
//! is small enough to be read here in one sitting.

use super::lex::{Lexer, Token};
use super::place::{Mistake, Span, shown};
use super::syntax::{Form, Id, Operator, Syntax, Word, Written};
use crate::limits::{EXPRESSION_DEPTH_MAX, EXPRESSION_LENGTH_MAX, EXPRESSION_NODES_MAX};

type Parsed<T> = Result<T, Mistake>;

/// Reads an expression.
pub(super) fn parse(source: &str) -> Parsed<Syntax<'_>> {
    // Checked by bytes first: it costs nothing.
    if source.len() > 4 * EXPRESSION_LENGTH_MAX || source.chars().count() > EXPRESSION_LENGTH_MAX {
        let message = format!("an expression has at most {EXPRESSION_LENGTH_MAX} characters");
        return Err(Mistake::new(Span::new(0, 0), message));
    }
    let mut lexer = Lexer::new(source);
    let (token, span) = lexer.next()?;
    let mut parser = Parser { lexer, token, span, last: span, nodes: Vec::new(), depth: 0 };
    let root = parser.expression()?;
    match parser.token {
        Token::End => Ok(Syntax { nodes: parser.nodes, root }),
        _ => Err(parser.unexpected("an operator or the end")),
    }
}

fn too_deep(span: Span) -> Mistake {
    Mistake::new(span, format!("an expression is nested at most {EXPRESSION_DEPTH_MAX} levels deep"))
}

struct Parser<'s> {
    lexer: Lexer<'s>,
    /// The token that is to be read next.
    token: Token<'s>,
    span: Span,
    /// Where the token before it stands.
    last: Span,
    nodes: Vec<Written<'s>>,
    depth: usize,
}

impl<'s> Parser<'s> {
    /// Takes the token and reads the next.
    fn advance(&mut self) -> Parsed<Token<'s>> {
        let (token, span) = self.lexer.next()?;
        self.last = std::mem::replace(&mut self.span, span);
        Ok(std::mem::replace(&mut self.token, token))
    }

    /// Takes a symbol if it stands here.
    fn take(&mut self, symbol: &'static str) -> Parsed<bool> {
        let stands = self.token == Token::Symbol(symbol);
        if stands {
            self.advance()?;
        }
        Ok(stands)
    }

    fn expect(&mut self, symbol: &'static str) -> Parsed<()> {
        if self.take(symbol)? { Ok(()) } else { Err(self.unexpected(&format!("`{symbol}`"))) }
    }

    fn unexpected(&self, wanted: &str) -> Mistake {
        let found = match &self.token {
            Token::Word(text) | Token::Number(text) => shown(text),
            Token::Quoted(text) => format!("`` `{text}` ``"),
            Token::Text(_) => "a text".to_owned(),
            Token::Symbol(symbol) => format!("`{symbol}`"),
            Token::End => "the end".to_owned(),
        };
        let mistake = Mistake::new(self.span, format!("{wanted} is expected, not {found}"));
        match &self.token {
            Token::Word("and") => mistake.hint("write `&&`"),
            Token::Word("or") => mistake.hint("write `||`"),
            Token::Word("is") => mistake.hint("write `== null`"),
            Token::Word("not") => mistake.hint("write `!`"),
            _ => mistake,
        }
    }

    fn add(&mut self, form: Form<'s>, span: Span) -> Parsed<Id> {
        if self.nodes.len() == EXPRESSION_NODES_MAX {
            let message = format!("an expression has at most {EXPRESSION_NODES_MAX} parts");
            return Err(Mistake::new(span, message));
        }
        let height = 1 + form.parts().map(|part| self.nodes[part].height).max().unwrap_or(0);
        if height > EXPRESSION_DEPTH_MAX {
            return Err(too_deep(span));
        }
        self.nodes.push(Written { form, span, height });
        Ok(self.nodes.len() - 1)
    }

    fn span_of(&self, id: Id) -> Span {
        self.nodes[id].span
    }

    /// Reads something one level deeper: this is where recursion is bounded.
    fn deeper<T>(&mut self, read: impl FnOnce(&mut Self) -> Parsed<T>) -> Parsed<T> {
        if self.depth == EXPRESSION_DEPTH_MAX {
            return Err(too_deep(self.span));
        }
        self.depth += 1;
        let read = read(self);
        self.depth -= 1;
        read
    }

    /// `a ? b : c`, or what binds tighter.
    fn expression(&mut self) -> Parsed<Id> {
        let condition = self.any()?;
        if !self.take("?")? {
            return Ok(condition);
        }
        let then = self.deeper(Self::expression)?;
        self.expect(":")?;
        let otherwise = self.deeper(Self::expression)?;
        let span = self.span_of(condition).to(self.span_of(otherwise));
        self.add(Form::Choice(condition, then, otherwise), span)
    }

    fn any(&mut self) -> Parsed<Id> {
        self.chain("||", Self::all, Form::Any)
    }

    fn all(&mut self) -> Parsed<Id> {
        self.chain("&&", |parser| parser.binary(1), Form::All)
    }

    /// Operands with one symbol between them, as one node.
    fn chain(
        &mut self,
        symbol: &'static str,
        operand: impl Fn(&mut Self) -> Parsed<Id>,
        form: impl FnOnce(Vec<Id>) -> Form<'s>,
    ) -> Parsed<Id> {
        let first = operand(self)?;
        let mut operands = vec![first];
        while self.take(symbol)? {
            operands.push(operand(self)?);
        }
        if operands.len() == 1 {
            return Ok(first);
        }
        let span = self.span_of(first).to(self.last);
        self.add(form(operands), span)
    }

    /// Operators of this rank, from left to right, over operands that bind tighter.
    fn binary(&mut self, rank: u8) -> Parsed<Id> {
        let operand = |parser: &mut Self| if rank == 3 { parser.unary() } else { parser.binary(rank + 1) };
        let mut left = operand(self)?;
        while let Some(operator) = self.operator().filter(|operator| operator.rank() == rank) {
            self.advance()?;
            let right = operand(self)?;
            let span = self.span_of(left).to(self.span_of(right));
            left = self.add(Form::Binary(operator, left, right), span)?;
        }
        Ok(left)
    }

    fn operator(&self) -> Option<Operator> {
        match self.token {
            Token::Symbol(symbol) => Operator::written(symbol),
            Token::Word("in") => Some(Operator::In),
            _ => None,
        }
    }

    fn unary(&mut self) -> Parsed<Id> {
        let start = self.span;
        let not = self.token == Token::Symbol("!");
        if !not && self.token != Token::Symbol("-") {
            return self.member();
        }
        self.advance()?;
        let operand = self.deeper(Self::unary)?;
        let span = start.to(self.span_of(operand));
        self.add(if not { Form::Not(operand) } else { Form::Negative(operand) }, span)
    }

    /// A primary with what follows it: `.name`, `.name(…)`.
    fn member(&mut self) -> Parsed<Id> {
        let mut of = self.primary()?;
        loop {
            if self.token == Token::Symbol("[") {
                return Err(Mistake::new(self.span, "elements cannot be picked by their index")
                    .hint("use `x in list`, `list.exists(e, …)` or `list.all(e, …)`"));
            }
            if !self.take(".")? {
                return Ok(of);
            }
            let name = self.word()?;
            let start = self.span_of(of);
            of = if self.take("(")? {
                let arguments = self.deeper(|parser| parser.items(")", vec![of]))?;
                self.add(Form::Call(name, arguments), start.to(self.last))?
            } else {
                self.add(Form::Member(of, name), start.to(self.last))?
            };
        }
    }

    fn word(&mut self) -> Parsed<Word<'s>> {
        let span = self.span;
        let (text, quoted) = match self.token {
            Token::Word(text) => (text, false),
            Token::Quoted(text) => (text, true),
            _ => return Err(self.unexpected("a name")),
        };
        self.advance()?;
        Ok(Word { text, quoted, span })
    }

    /// Items up to the closing bracket, which is taken.
    fn items(&mut self, close: &'static str, mut items: Vec<Id>) -> Parsed<Vec<Id>> {
        if self.take(close)? {
            return Ok(items);
        }
        loop {
            items.push(self.expression()?);
            if self.take(close)? {
                return Ok(items);
            }
            if !self.take(",")? {
                return Err(self.unexpected(&format!("`,` or `{close}`")));
            }
        }
    }

    fn primary(&mut self) -> Parsed<Id> {
        let span = self.span;
        let form = match &self.token {
            Token::Word("true") => Form::Boolean(true),
            Token::Word("false") => Form::Boolean(false),
            Token::Word("null") => Form::Null,
            Token::Word("in") => return Err(self.unexpected("a value")),
            Token::Word(_) | Token::Quoted(_) => return self.name(),
            Token::Number(digits) => Form::Number(digits),
            Token::Text(_) => {
                let Token::Text(text) = self.advance()? else { return Err(self.unexpected("a text")) };
                return self.add(Form::Text(text), span);
            }
            Token::Symbol("(") => {
                self.advance()?;
                let inner = self.deeper(Self::expression)?;
                self.expect(")")?;
                return Ok(inner);
            }
            Token::Symbol("[") => {
                self.advance()?;
                let items = self.deeper(|parser| parser.items("]", Vec::new()))?;
                return self.add(Form::List(items), span.to(self.last));
            }
            Token::Symbol("{") => return Err(Mistake::new(span, "there are no maps")),
            Token::Symbol(_) | Token::End => return Err(self.unexpected("a value")),
        };
        self.advance()?;
        self.add(form, span)
    }

    /// A field, or a call.
    fn name(&mut self) -> Parsed<Id> {
        let name = self.word()?;
        if !name.quoted && self.take("(")? {
            let arguments = self.deeper(|parser| parser.items(")", Vec::new()))?;
            return self.add(Form::Call(name, arguments), name.span.to(self.last));
        }
        self.add(Form::Name(name), name.span)
    }
}
