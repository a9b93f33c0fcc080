"""Files of tensors, and bundles of all that belongs to a training; see README.md."""

from __future__ import annotations

from typedgrad.io.assign import Rename as Rename
from typedgrad.io.assign import assign as assign
from typedgrad.io.bundle import Bundle as Bundle
from typedgrad.io.bundle import read_bundle as read_bundle
from typedgrad.io.bundle import verify as verify
from typedgrad.io.bundle import write_bundle as write_bundle
from typedgrad.io.files import load_tensors as load_tensors
from typedgrad.io.files import save_tensors as save_tensors
from typedgrad.io.refusal import BundleError as BundleError
