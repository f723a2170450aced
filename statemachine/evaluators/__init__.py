"""JSONata expressions whose cost nobody knows beforehand, evaluated in child processes that can be killed: bounded in
memory, time and depth, and never in the way of others."""
