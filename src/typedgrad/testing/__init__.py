"""Laws that every op must keep, for us and for authors of ops."""

from typedgrad.testing.case import Case as Case
from typedgrad.testing.case import uniform as uniform
