"""A typed classifier that learns real handwritten digits (UCI, 8x8 pixels, shipped with the package)."""

from __future__ import annotations

from jaxtyping import Float, Float32, Int64

import typedgrad as tg
from typedgrad import Tensor, nn
from typedgrad.data import Loader, digits


class Mlp(nn.Layer):
    """64 pixels, two hidden layers, a score for each of ten digits."""

    hidden: int
    first: nn.Dense = nn.sub(lambda self: nn.Dense(in_features=64, out_features=self.hidden))
    second: nn.Dense = nn.sub(lambda self: nn.Dense(in_features=self.hidden, out_features=self.hidden))
    head: nn.Dense = nn.sub(lambda self: nn.Dense(in_features=self.hidden, out_features=10))
    dropout: nn.Dropout = nn.sub(lambda self: nn.Dropout(drop=0.2))

    def __call__(self, images: Float[Tensor, "batch 8 8"]) -> Float[Tensor, "batch 10"]:
        x = tg.flatten(images, start=1)
        x = self.dropout(tg.relu(self.first(x)))
        x = self.dropout(tg.relu(self.second(x)))
        return self.head(x)


@tg.typed
def loss(scores: Float32[Tensor, "batch 10"], labels: Int64[Tensor, "batch"]) -> Float32[Tensor, ""]:
    return tg.softmax_cross_entropy(scores, labels)


def main() -> None:
    train, test = digits()
    model = tg.init(Mlp(hidden=128), tg.random.key(7))
    model = tg.fit(
        model,
        Loader(train, batch=32, shuffle=True, seed=7),
        loss=loss,
        updater=tg.optim.adam(1e-3),
        epochs=30,
        key=tg.random.key(11),
    )
    print(tg.evaluate(model, Loader(test, batch=100)).report())


if __name__ == "__main__":
    main()
