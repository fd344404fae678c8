"""A parser for the subset of SOQL that the stand-in answers."""

from __future__ import annotations

import re
from dataclasses import dataclass

from connectors.sandbox.salesforce.errors import ApiError
from connectors.sandbox.salesforce.soql_periods import known
from connectors.sandbox.salesforce.soql_tree import (
    AnyOf,
    Comparison,
    Condition,
    Every,
    Literal,
    Name,
    Not,
    Order,
    Query,
)

_TOKEN = re.compile(
    r"""\s*(?:(?P<string>'(?:[^'\\]|\\.)*')
    |(?P<datetime>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:?\d\d))
    |(?P<date>\d{4}-\d\d-\d\d)
    |(?P<number>[+-]?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)
    |(?P<name>[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*(?::\d+)?)
    |(?P<sign><=|>=|!=|<>|[=<>(),]))""",
    re.VERBOSE,
)
_ESCAPES = {"n": "\n", "r": "\r", "t": "\t"}
_KEYWORDS = {"from", "where", "order", "limit", "offset", "and", "or"}


@dataclass(frozen=True, slots=True)
class Token:
    """One word of the query and its 1-based column."""

    kind: str
    text: str
    at: int


def parse(text: str) -> Query:
    """The query as a tree. Raises ApiError 400 MALFORMED_QUERY."""
    return Parser(text, tokens(text)).query()


def tokens(text: str) -> list[Token]:
    """The words of the query; ends with an ``end`` token."""
    found, at = [], 0
    while text[at:].strip():
        match = _TOKEN.match(text, at)
        if match is None or match.lastgroup is None:
            raise malformed(text, at + 1, text[at:].strip()[0])
        start = match.start(match.lastgroup)
        found.append(Token(match.lastgroup, match.group(match.lastgroup), start + 1))
        at = match.end()
    return [*found, Token("end", "<EOF>", len(text) + 1)]


def malformed(text: str, at: int, word: str) -> ApiError:
    """The error of a query that cannot be read, shaped as the platform shapes it."""
    message = f"\n{text}\n{' ' * (at - 1)}^\nERROR at Row:1:Column:{at}\nunexpected token: '{word}'"
    return ApiError(400, "MALFORMED_QUERY", message)


@dataclass(slots=True)
class Parser:
    """Recursive descent over the tokens."""

    text: str
    words: list[Token]
    at: int = 0

    def query(self) -> Query:
        """``SELECT .. FROM .. [WHERE ..] [ORDER BY ..] [LIMIT n] [OFFSET n]``."""
        self.expect("select")
        fields = self.selection()
        self.expect("from")
        made = Query(
            text=self.text,
            fields=fields,
            object=self.name().path[0],
            where=self.condition() if self.accept("where") else None,
            order=self.ordering() if self.accept("order") else (),
            limit=self.number() if self.accept("limit") else None,
            offset=self.number() if self.accept("offset") else 0,
        )
        if self.words[self.at].kind != "end":
            raise self.unexpected()
        return made

    def selection(self) -> tuple[Name, ...]:
        """The fields, or nothing for ``COUNT()``."""
        if self.words[self.at].text.lower() == "count" and self.words[self.at + 1].text == "(":
            self.at += 2
            self.expect(")")
            return ()
        fields = [self.name()]
        while self.accept(","):
            fields.append(self.name())
        return tuple(fields)

    def condition(self) -> Condition:
        """Terms joined by AND or by OR; mixing both needs parentheses, as in SOQL."""
        terms = [self.term()]
        word = self.words[self.at].text.lower()
        if word not in {"and", "or"}:
            return terms[0]
        while self.accept(word):
            terms.append(self.term())
        if self.words[self.at].text.lower() in {"and", "or"}:
            raise self.unexpected()
        return Every(tuple(terms)) if word == "and" else AnyOf(tuple(terms))

    def term(self) -> Condition:
        """A negation, a parenthesis or a comparison."""
        if self.accept("not"):
            return Not(self.term())
        if self.accept("("):
            inner = self.condition()
            self.expect(")")
            return inner
        return self.comparison()

    def comparison(self) -> Comparison:
        """``field operator value``."""
        field, operator = self.name(), self.operator()
        if operator not in {"in", "not in"}:
            return Comparison(field, operator, (self.literal(),))
        self.expect("(")
        values = [self.literal()]
        while self.accept(","):
            values.append(self.literal())
        self.expect(")")
        return Comparison(field, operator, tuple(values))

    def operator(self) -> str:
        """A comparison operator in lower case; ``<>`` is ``!=``."""
        if self.accept("not"):
            self.expect("in")
            return "not in"
        word = self.words[self.at].text.lower()
        if word not in {"=", "!=", "<>", "<", "<=", ">", ">=", "like", "in"}:
            raise self.unexpected()
        self.at += 1
        return "!=" if word == "<>" else word

    def literal(self) -> Literal:
        """A value."""
        token = self.take()
        word = token.text.lower()
        if token.kind == "string":
            return Literal("string", _unescaped(token.text[1:-1]))
        if token.kind in {"number", "date", "datetime"}:
            return Literal(token.kind, token.text)
        if word in {"true", "false", "null"}:
            return Literal("null" if word == "null" else "boolean", word)
        if known(word):
            return Literal("period", word)
        self.at -= 1
        raise self.unexpected()

    def ordering(self) -> tuple[Order, ...]:
        """The sort keys after ORDER."""
        self.expect("by")
        keys = [self.order()]
        while self.accept(","):
            keys.append(self.order())
        return tuple(keys)

    def order(self) -> Order:
        """``field [ASC|DESC] [NULLS FIRST|LAST]``."""
        field = self.name()
        descending = self.accept("desc")
        if not descending:
            self.accept("asc")
        last = False
        if self.accept("nulls"):
            last = self.accept("last")
            if not last:
                self.expect("first")
        return Order(field, descending, last)

    def number(self) -> int:
        """A whole number."""
        if not self.words[self.at].text.isdigit():
            raise self.unexpected()
        return int(self.take().text)

    def name(self) -> Name:
        """A field or object name."""
        token = self.words[self.at]
        if token.kind != "name" or ":" in token.text or token.text.lower() in _KEYWORDS:
            raise self.unexpected()
        return Name(tuple(self.take().text.split(".")), token.at)

    def accept(self, word: str) -> bool:
        """Take the next word when it is this one."""
        token = self.words[self.at]
        hit = token.kind in {"name", "sign"} and token.text.lower() == word
        self.at += hit
        return hit

    def expect(self, word: str) -> None:
        """Take the next word, which must be this one."""
        if not self.accept(word):
            raise self.unexpected()

    def take(self) -> Token:
        """The next token."""
        token = self.words[self.at]
        if token.kind == "end":
            raise self.unexpected()
        self.at += 1
        return token

    def unexpected(self) -> ApiError:
        """The error at the present token."""
        token = self.words[self.at]
        return malformed(self.text, token.at, token.text)


def _unescaped(text: str) -> str:
    return re.sub(r"\\(.)", lambda match: _ESCAPES.get(match[1], match[1]), text)
