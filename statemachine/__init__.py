"""Step Functions that you own: Amazon States Language workflows in one durable Python process."""
