"""Array libraries behind one door; see README.md."""

from __future__ import annotations

from typedgrad.backends.abstract import AbstractArray as AbstractArray
from typedgrad.backends.dispatch import backend_for_device as backend_for_device
from typedgrad.backends.dispatch import backend_of as backend_of
from typedgrad.backends.dispatch import device_of as device_of
from typedgrad.backends.dispatch import devices as devices
from typedgrad.backends.dispatch import moved as moved
from typedgrad.backends.dispatch import namespace as namespace
from typedgrad.backends.dispatch import register_backend as register_backend
from typedgrad.backends.protocol import Array as Array
from typedgrad.backends.protocol import Backend as Backend
from typedgrad.backends.protocol import Namespace as Namespace
