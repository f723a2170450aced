"""What is known of an expression before it is evaluated: what it reads, which variables it names, what it may cost."""
