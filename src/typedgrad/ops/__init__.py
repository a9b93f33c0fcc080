"""The ops: one definition each, and the binding of Python's operators to them."""
