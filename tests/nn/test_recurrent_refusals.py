from __future__ import annotations

import pytest

import typedgrad as tg
from tests.nn.test_recurrent import LAYERS


@pytest.mark.parametrize("name", LAYERS)
def test_what_does_not_fit_is_refused_with_both_sizes(name: str) -> None:
    layer = tg.init(LAYERS[name](in_features=3, features=2), tg.random.key(0))
    x = tg.ones((4, 5, 3))
    with pytest.raises(tg.ShapeError, match="in_features=2, but in_features is 3"):
        layer(tg.ones((4, 5, 2)))
    with pytest.raises(tg.ShapeError, match=r"`time` is 5 in `x` but 4 in `mask`"):
        layer(x, mask=tg.ones((4, 4), dtype="bool"))
    with pytest.raises(tg.ShapeError, match=r"`batch` is 4 in `x` but 3 in `lengths`"):
        layer(x, lengths=tg.asarray([1, 2, 3]))
    with pytest.raises(ValueError, match="a length is 6, but must be from 1 to 5"):
        layer(x, lengths=tg.asarray([1, 2, 3, 6]))
    with pytest.raises(ValueError, match="a length is 0, but must be from 1 to 5"):
        layer(x, lengths=tg.asarray([1, 2, 3, 0]))
    with pytest.raises(ValueError, match=r"`x` is an empty sequence, its shape is \(4, 0, 3\)"):
        layer(tg.ones((4, 0, 3)))
    with pytest.raises(ValueError, match="give `mask` or `lengths`, not both"):
        layer(x, mask=tg.ones((4, 5), dtype="bool"), lengths=tg.asarray([1, 2, 3, 4]))
    state = layer.start(x, (3,))
    with pytest.raises(
        tg.ShapeError, match=r"`state\.hidden` is \[3 2\], but must be \[4 2\]|`batch` is 4 in `x` but 3"
    ):
        layer.unroll(x, state)
