"""JSONata expressions of unknown cost, evaluated in child processes within limits of memory and time."""
