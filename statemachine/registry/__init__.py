"""State machines and activities that are registered: rows in the store, an image in memory, compiled machines in a
cache. Knows no API and no execution."""
