"""Messages of convolution, pooling and what enlarges images."""

from __future__ import annotations

from collections.abc import Callable

import typedgrad as tg
from typedgrad import nn


def _tensor(*sizes: int) -> tg.Tensor:
    return tg.zeros(sizes)


CASES: dict[str, Callable[[], object]] = {
    "kernel_too_large": lambda: tg.conv2d(_tensor(1, 3, 4, 4), _tensor(8, 3, 5, 3)),
    "kernel_channels": lambda: tg.conv2d(_tensor(1, 3, 4, 4), _tensor(8, 4, 3, 3)),
    "kernel_rank": lambda: tg.conv2d(_tensor(1, 3, 4, 4), _tensor(8, 3, 3)),
    "groups": lambda: tg.conv1d(_tensor(1, 3, 4), _tensor(8, 1, 3), groups=2),
    "bias": lambda: tg.conv1d(_tensor(1, 3, 4), _tensor(8, 3, 3), _tensor(4)),
    "stride": lambda: tg.conv1d(_tensor(1, 3, 4), _tensor(8, 3, 3), stride=0),
    "strict": lambda: tg.conv1d(_tensor(1, 3, 4), _tensor(8, 3, 3), stride=2, padding="strict"),
    "integers": lambda: tg.conv1d(tg.asarray([[[1, 2]]]), tg.asarray([[[1]]])),
    "transposed_output_padding": lambda: tg.conv_transpose1d(_tensor(1, 3, 4), _tensor(3, 2, 3), output_padding=1),
    "transposed_channels": lambda: tg.conv_transpose1d(_tensor(1, 3, 4), _tensor(2, 3, 3)),
    "layer_channels": lambda: tg.init(nn.Conv2d(in_channels=3, out_channels=8, kernel=3), tg.random.key(0))(
        _tensor(1, 4, 4, 4)
    ),
    "layer_kernel": lambda: nn.Conv2d(in_channels=3, out_channels=8, kernel=(3, 0)),
    "layer_groups": lambda: nn.Conv2d(in_channels=3, out_channels=8, kernel=3, groups=2),
    "pool_window": lambda: tg.max_pool2d(_tensor(1, 3, 4, 4), 5),
    "pool_padding": lambda: tg.avg_pool2d(_tensor(1, 3, 4, 4), 2, padding=2),
    "pixel_shuffle": lambda: tg.pixel_shuffle(_tensor(1, 6, 2, 2), 2),
}
