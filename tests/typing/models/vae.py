"""A variational auto-encoder with diagonal Gaussians."""

from __future__ import annotations

from jaxtyping import Float

import typedgrad as tg
from typedgrad import Key, Tensor
from typedgrad.nn import Dense, Layer, sub


class Encoder(Layer):
    pixels: int
    hidden: int
    latent: int
    body: Dense = sub(lambda self: Dense(in_features=self.pixels, out_features=self.hidden))
    head: Dense = sub(lambda self: Dense(in_features=self.hidden, out_features=2 * self.latent))

    def __call__(self, x: Float[Tensor, "b pixels"]) -> tuple[Float[Tensor, "b latent"], Float[Tensor, "b latent"]]:
        h = tg.tanh(self.body(x))
        h = tg.assert_shape(h, "b hidden")
        both = tg.assert_shape(self.head(h), "b 2*latent")
        mean, log_variance = both[:, : self.latent], both[:, self.latent :]
        return tg.assert_shape(mean, "b latent"), tg.assert_shape(log_variance, "b latent")


class Decoder(Layer):
    latent: int
    hidden: int
    pixels: int
    body: Dense = sub(lambda self: Dense(in_features=self.latent, out_features=self.hidden))
    head: Dense = sub(lambda self: Dense(in_features=self.hidden, out_features=self.pixels))

    def __call__(self, z: Float[Tensor, "b latent"]) -> Float[Tensor, "b pixels"]:
        h = tg.assert_shape(tg.tanh(self.body(z)), "b hidden")
        return tg.assert_shape(self.head(h), "b pixels")


class Vae(Layer):
    pixels: int
    hidden: int
    latent: int
    encoder: Encoder = sub(lambda self: Encoder(pixels=self.pixels, hidden=self.hidden, latent=self.latent))
    decoder: Decoder = sub(lambda self: Decoder(latent=self.latent, hidden=self.hidden, pixels=self.pixels))

    def __call__(self, x: Float[Tensor, "b h w"], noise: Float[Tensor, "b latent"]) -> Float[Tensor, ""]:
        b, h, w = x.shape
        flat = tg.reshape(x, (b, h * w))
        mean, log_variance = self.encoder(flat)
        z = mean + tg.exp(log_variance / 2.0) * noise
        z = tg.assert_shape(z, "b latent")
        logits = self.decoder(z)
        picture = tg.assert_shape(tg.reshape(logits, (b, h, w)), "b h w")
        error = tg.sum(tg.square(tg.sigmoid(picture) - x), axis=(1, 2))
        error = tg.assert_shape(error, "b")
        divergence = tg.sum(tg.exp(log_variance) + tg.square(mean) - 1.0 - log_variance, axis=1)
        return tg.mean(error + tg.assert_shape(divergence, "b"))


def sample(model: Vae, key: Key, count: int) -> Tensor:
    z = tg.random.normal(key, (count, model.latent))
    return tg.assert_shape(tg.sigmoid(model.decoder(z)), "count pixels")


def run(size: int) -> Tensor:
    model = tg.init(Vae(pixels=size * size, hidden=size + 1, latent=size + 2), tg.random.key(0))
    loss = model(tg.ones((size + 3, size, size)), tg.ones((size + 3, size + 2)))
    assert sample(model, tg.random.key(1), 4).shape == (4, size * size)
    return loss
