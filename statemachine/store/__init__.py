"""Stores: rows of key → JSON bytes, written in atomic groups. They know nothing of workflows."""
