"""Child processes that answer requests: started, asked, killed, replaced. Knows bytes and JSON, not what they mean."""
