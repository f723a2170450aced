"""Query languages: JSONPath and JSONata, the languages of the expressions in a definition.

Pure: no clock, no randomness, no I/O. Knows nothing of states, scopes or executions. An expression sees only its
`View`.
"""
