"""State machines and their revisions: registering, describing, listing, deleting."""
