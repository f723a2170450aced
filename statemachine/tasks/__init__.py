"""The kinds of task that the Resource of a Task state can name: one interface, and a wing for each family of kinds."""
