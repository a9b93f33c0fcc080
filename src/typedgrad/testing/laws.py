"""The laws that every op must keep."""

from __future__ import annotations

from typedgrad.testing.case import Case as Case
from typedgrad.testing.case import uniform as uniform
