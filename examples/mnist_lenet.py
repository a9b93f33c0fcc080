"""MNIST with LeNet, described in ten lines: 99 % in eight epochs. Needs the four IDX files, plain or gzipped.

python examples/mnist_lenet.py FOLDER
"""

from __future__ import annotations

import sys

import typedgrad as tg
from typedgrad.data import Loader, mnist
from typedgrad.nn import Conv2d, Dense, MaxPool2d

net = (
    tg.network(seed=7, updater=tg.optim.adam(1e-3), activation="relu", weight_init="he_normal")
    .input("n 1 28 28")
    .layer(Conv2d, out_channels=20, kernel=5)
    .layer(MaxPool2d, kernel=2)
    .layer(Conv2d, out_channels=50, kernel=5)
    .layer(MaxPool2d, kernel=2)
    .layer(Dense, out_features=500)
    .output("softmax_cross_entropy", Dense, out_features=10)
    .build()
)


def main(folder: str, epochs: int = 8) -> None:
    print(net)
    train, test = (part.map(lambda x: tg.expand_dims(x, axis=1)) for part in mnist(folder))
    trained = tg.fit(net, Loader(train, batch=64, shuffle=True, seed=1), epochs=epochs)
    print(tg.evaluate(trained, Loader(test, batch=1000)).report())


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(sys.argv[1])
