"""Evaluating expressions: the libraries behind one interface, the functions that Step Functions adds, and messages."""
