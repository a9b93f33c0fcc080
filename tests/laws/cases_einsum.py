"""What the laws must be told of `typedgrad.ops.contraction`."""

from __future__ import annotations

from random import Random
from typing import Any

import numpy as np

from typedgrad.ops.subscripts import parse, signature_of
from typedgrad.shapes import ShapeError
from typedgrad.testing.laws import Case

# Every feature of the grammar: products, sums, diagonals, outer products, broadcasting axes, implicit results.
_STRINGS = (
    *("ij,jk->ik", "ij,kj", "ji,jk->ki", "ij->ji", "ij->", "ii->i", "ii", "iij->j", "iijj->ij", "iji,j->ij"),
    *("i,j->ij", "i,i->i", "i,i", "ij,ij->i", ",->", ",ij->j", "->", "bij,bjk->bik", "ib,jb->ijb", "bi,ij,bj->b"),
    *("btk,kn->btn", "bthd,bshd->bhts", "bhts,bshd->bthd", "ab,bc,cd,da->", "a,b,c,d->dcba", "ab,b,bc,c,ca->a"),
    *("...ij,...jk->...ik", "...i,i->...", "i...->...i", "...,...", "...i,...j->ij...", "ij,kl->", "ij,jk->k"),
)


def _operands(rng: Random) -> dict[str, Any]:
    """Shapes that fit one of the strings, sometimes with axes of size 0."""
    pool = (0, 1, 2, 3) if rng.random() < 0.25 else (1, 2, 3)
    sizes = {label: rng.choice(pool) for label in "abcdhijklnrst"}
    dots = tuple(rng.choice(pool) for _ in range(rng.randint(0, 2)))
    shapes = []
    for term in rng.choice(_STRINGS).partition("->")[0].split(","):
        run = tuple(1 if rng.random() < 0.3 else n for n in dots)[rng.randint(0, len(dots)) :]
        front, found, back = term.partition("...")
        shapes.append((*(sizes[c] for c in front), *(run if found else ()), *(sizes[c] for c in back)))
    return {"operands": tuple(shapes)}


def _fitting(shapes: dict[str, Any], rng: Random) -> dict[str, object]:
    """One of the strings that fit."""
    found = [text for text in _STRINGS if _fits(text, shapes["operands"])]
    return {"subscripts": rng.choice(found)}


def _fits(text: str, shapes: tuple[tuple[int, ...], ...]) -> bool:
    try:
        signature_of(parse(text, len(shapes))).infer_all({f"operands[{i}]": s for i, s in enumerate(shapes)})
    except ShapeError:
        return False
    return True


CASES = {
    "einsum": Case(
        lambda operands, subscripts: np.einsum(subscripts, *operands), shapes=_operands, statics=_fitting, view=True
    )
}
