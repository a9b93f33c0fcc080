"""Everything public beside its peer (`pytest -m peers`): forward, first and second gradients, in two precisions."""

from __future__ import annotations

import pytest

from tests.peers.measure import DTYPES, Errors, measure
from tests.peers.row import Row
from tests.peers.rows import ROWS


@pytest.mark.peers
@pytest.mark.parametrize("row", ROWS, ids=[row.title for row in ROWS])
def test_it_does_what_its_peer_does(row: Row, found: dict[str, dict[str, Errors]]) -> None:
    pytest.importorskip("torch")
    errors = measure(row)
    for dtype, allowed in zip(DTYPES, row.tolerance, strict=True):
        if dtype in errors:
            assert errors[dtype].worst <= allowed, f"{row.title}: {dtype} {errors[dtype]}, not within {allowed}"
    found[row.title] = errors
