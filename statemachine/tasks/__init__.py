"""What the Resource of a Task state may be: the kinds of task, a wing for each family, behind one interface."""
