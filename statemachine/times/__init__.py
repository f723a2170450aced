"""Times as text and as numbers. Pure: knows no clock."""
