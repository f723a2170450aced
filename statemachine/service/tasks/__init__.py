"""Tasks that wait for somebody: listing them, and answering one by its token."""
