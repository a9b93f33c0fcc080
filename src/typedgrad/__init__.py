"""Typed automatic differentiation: a shape is written once and checked three times."""
