"""One module per state type: how its fields are compiled and what entering and resuming it gives. No state imports
the interpreter: a Map or Parallel returns a Fork, and the interpreter makes the scopes."""
