"""Intrinsic functions: the table of the functions, the functions themselves, and the syntax of their calls."""
