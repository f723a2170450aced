"""Analysis of an expression before it is evaluated: the values that it reads, its variables, and its cost."""
