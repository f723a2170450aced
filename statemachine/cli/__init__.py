"""The command line: one module per command. Slow imports (gunicorn, rich) wait until they are needed."""
