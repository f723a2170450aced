"""Evaluates expressions: libraries behind one interface, the functions that Step Functions adds, and error texts."""
