"""Networks in bundles: what they say of themselves, and how they are made of it again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from typedgrad.io.strict_json import JSON


def spelt_network(model: object) -> JSON:
    return None


def network_of(file: str, said: JSON, arrays: Mapping[str, NDArray[Any]]) -> object:
    return None
