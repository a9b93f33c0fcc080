"""HTML and SVG as text in which nothing is left unescaped by accident."""

from __future__ import annotations

import re
from collections.abc import Iterable
from html import escape
from typing import Final, TypeAlias

# Elements that have no end tag in HTML.
_VOID: Final = frozenset({"meta", "br", "hr", "input", "link", "img"})
# What must not stand in a document in any spelling: most control characters, and halves of surrogate pairs.
_FORBIDDEN: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")


class Markup(str):
    """Text that is HTML already, and is not escaped again.

    >>> element("b", Markup("1 &lt; 2"))
    '<b>1 &lt; 2</b>'
    """

    __slots__ = ()


Child: TypeAlias = str | int | float | None
Attribute: TypeAlias = str | int | float | bool | None


def text(value: str) -> Markup:
    """A text as it is to be read, whatever is in it; what no document may hold is a replacement character.

    >>> text("<cats & dogs>")
    '&lt;cats &amp; dogs&gt;'
    """
    return Markup(escape(_FORBIDDEN.sub("\ufffd", value)))


def element(tag: str, /, *children: Child, **attributes: Attribute) -> Markup:
    """An element. Texts are escaped, `Markup` is not, None is left out.

    In the names of attributes an underscore stands for a hyphen; one at the end is dropped (`class_`).

    >>> element("a", "cats & dogs", href="#x", class_="wide", hidden=False, data_n=0.5)
    '<a href="#x" class="wide" data-n="0.5">cats &amp; dogs</a>'
    """
    parts = [_attribute(key, value) for key, value in attributes.items() if value is not None and value is not False]
    start = f"<{' '.join([tag, *parts])}>"
    return Markup(start) if tag in _VOID else Markup(f"{start}{joined(children)}</{tag}>")


def joined(children: Iterable[Child]) -> Markup:
    """Several one behind the other; texts are escaped.

    >>> joined(["<", element("br"), 2])
    '&lt;<br>2'
    """
    return Markup("".join(c if isinstance(c, Markup) else text(_plain(c)) for c in children if c is not None))


def _attribute(key: str, value: Attribute) -> str:
    name = key.rstrip("_").replace("_", "-")
    return name if value is True else f'{name}="{text(_plain(value))}"'


def _plain(value: Attribute) -> str:
    """Numbers in pictures need no more than hundredths, and every digit counts where there are many."""
    return f"{value:.2f}".rstrip("0").rstrip(".") if isinstance(value, float) else str(value)
