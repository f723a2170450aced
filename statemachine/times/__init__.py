"""Times as text and as numbers. Pure: reads no clock."""
