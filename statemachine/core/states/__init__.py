"""One module per state type: how its fields are compiled, and what it decides when it is entered and resumed.

No state imports the interpreter. A Map or Parallel decides for a Fork, and the interpreter makes the scopes.
"""
