"""What a Resource may be: one module per kind of task, one interface (`kind.py`). Tasks never import the engine."""
