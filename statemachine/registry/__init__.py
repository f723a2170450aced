"""State machines and activities that are registered: rows in the store, an image in memory, compiled definitions in a
cache."""
