"""MNIST with a network of 784-512-512-10 units: 98 % in ten epochs. Needs the four IDX files, plain or gzipped.

python examples/mnist_mlp.py FOLDER
"""

from __future__ import annotations

import sys

from jaxtyping import Float

import typedgrad as tg
from typedgrad import Tensor, nn
from typedgrad.data import Loader, mnist


class Mlp(nn.Layer):
    hidden: int
    first: nn.Dense = nn.sub(lambda self: nn.Dense(in_features=784, out_features=self.hidden))
    second: nn.Dense = nn.sub(lambda self: nn.Dense(in_features=self.hidden, out_features=self.hidden))
    head: nn.Dense = nn.sub(lambda self: nn.Dense(in_features=self.hidden, out_features=10))

    def __call__(self, images: Float[Tensor, "batch 28 28"]) -> Float[Tensor, "batch 10"]:
        x = tg.flatten(images, start=1)
        return self.head(tg.relu(self.second(tg.relu(self.first(x)))))


def main(folder: str, epochs: int = 10) -> None:
    train, test = mnist(folder)
    model = tg.init(Mlp(hidden=512), tg.random.key(1))
    model = tg.fit(
        model,
        Loader(train, batch=128, shuffle=True, seed=1),
        loss=tg.softmax_cross_entropy,
        updater=tg.optim.sgd(0.1, momentum=0.9),
        epochs=epochs,
        key=tg.random.key(2),
    )
    print(tg.evaluate(model, Loader(test, batch=1000)).report())


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(sys.argv[1])
