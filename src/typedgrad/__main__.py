"""`python -m typedgrad` is the command `typedgrad`."""

from __future__ import annotations

import sys

from typedgrad.cli import main

sys.exit(main())
