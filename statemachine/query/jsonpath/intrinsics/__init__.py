"""Intrinsic functions: the table of the functions, what they do, and the syntax of their calls."""
