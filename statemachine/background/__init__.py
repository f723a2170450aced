"""What acts by itself, as a client of the service."""
