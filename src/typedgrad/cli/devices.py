"""`typedgrad devices`: where tensors can be."""

from __future__ import annotations

import json
import os
import platform
import sys
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace


def options(parser: ArgumentParser) -> None:
    """What the command takes."""
    parser.add_argument("--json", action="store_true", help="an array of objects")


def run(given: Namespace) -> int:
    """List the devices."""
    found = [_processor(), *_graphics()]
    if given.json:
        sys.stdout.write(f"{json.dumps(found, indent=2)}\n")
        return 0
    for device in found:
        told = ", ".join(f"{key} {value}" for key, value in device.items() if key not in ("device", "usable", "why"))
        sys.stdout.write(f"{device['device']:<8}{told or device_note(device)}\n")
    return 0


def _processor() -> dict[str, object]:
    import numpy as np

    try:
        native = import_module("typedgrad.kernels").AVAILABLE
    except ImportError:  # speed only: the package works without them
        native = False
    return {
        "device": "cpu",
        "usable": True,
        "backend": f"numpy {np.__version__}",
        "kernels": "native" if native else "none, numpy alone",
        "machine": f"{platform.machine()}, {os.cpu_count()} processors",
    }


def _graphics() -> list[dict[str, object]]:
    from typedgrad.backends.dispatch import backend_for_device, devices

    found = [name for name in devices() if name.startswith("cuda")]
    if found:
        return [{"device": name, "usable": True, "backend": "cupy"} for name in found]
    try:
        backend_for_device("cuda:0")
    except (ImportError, RuntimeError, ValueError) as error:
        return [{"device": "cuda", "usable": False, "why": str(error).splitlines()[0]}]
    return []


def device_note(device: dict[str, object]) -> str:
    """Why a device is of no use."""
    return f"not usable: {device['why']}"
