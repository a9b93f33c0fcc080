"""What a model looks like from outside: `summary`, as a table, as JSON and as a picture; see README.md."""

from __future__ import annotations

from typedgrad.overview.summarise import Row as Row
from typedgrad.overview.summarise import Summary as Summary
from typedgrad.overview.summarise import summary as summary
