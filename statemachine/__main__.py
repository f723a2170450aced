"""`python -m statemachine` is `statemachine`."""

from statemachine.cli.main import main

main()
