"""Differentiation: tensors, the tape, primitives, and the transforms of functions."""
