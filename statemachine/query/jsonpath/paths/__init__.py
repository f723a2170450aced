"""Paths: from their text, by the dialect that AWS takes, to closures that find values and put them in place."""
