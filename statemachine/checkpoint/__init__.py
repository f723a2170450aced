"""The on-disk layout: executions to rows and back. The only floor that knows both the store's keys and the core's
scopes. Knows nothing of who writes or reads, nor of any API."""
