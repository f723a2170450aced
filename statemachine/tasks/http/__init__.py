"""What kinds of task that speak HTTP have in common."""
