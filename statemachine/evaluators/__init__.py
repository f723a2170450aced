"""JSONata expressions whose cost is not known beforehand, evaluated in child processes: bounded in memory and time, and
never in the way of others."""
