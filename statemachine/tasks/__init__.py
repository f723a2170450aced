"""The kinds of task that a Resource can name: one interface, and a package for each family of kinds."""
