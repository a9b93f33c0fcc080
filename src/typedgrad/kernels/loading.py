"""Loading the extension: its threads are set up and its kernels registered, see `typedgrad.core.accelerate`."""

from __future__ import annotations

import importlib
import logging
import os

from typedgrad.kernels.threads import share_pool, wanted_threads


def _load() -> bool:
    """Load the extension and register its kernels; whether there is one."""
    choice = os.environ.get("TYPEDGRAD_KERNELS", "on")
    if choice not in {"on", "off"}:
        raise ValueError(f"TYPEDGRAD_KERNELS must be on or off, got {choice!r}")
    threads = wanted_threads()
    if choice == "off":
        return False
    try:
        native = importlib.import_module("typedgrad.kernels._native")
    except ImportError as error:
        logging.getLogger("typedgrad").info("no native kernels, ops run on numpy alone: %s", error)
        return False
    native.set_threads(threads)
    share_pool(native, threads)
    for name in (
        "attention",
        "batch_norm",
        "convolution",
        "elementwise",
        "linear",
        "pooling",
        "products",
        "random",
        "recurrent",
        "rows",
        "updates",
    ):
        importlib.import_module(f"typedgrad.kernels.{name}")
    return True


AVAILABLE = _load()
