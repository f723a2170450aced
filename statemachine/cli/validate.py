"""`statemachine validate`: all findings about definitions."""

from __future__ import annotations

import sys

import click

from statemachine.cli.given_input import STANDARD_INPUT, read_text
from statemachine.cli.refusals import Refusal
from statemachine.safe_text import safe_line
from statemachine.validation import Finding
from statemachine.validation import validate as find
from statemachine.validation.finding import finding_lines


@click.command()
@click.argument("files", nargs=-1, required=True)
@click.option(
    "--type",
    "type_",
    type=click.Choice(["STANDARD", "EXPRESS"]),
    default="STANDARD",
    show_default=True,
    help="Whose rules are applied. EXPRESS state machines are checked only; this server does not run them.",
)
def validate(files: tuple[str, ...], type_: str) -> None:
    """Check definitions and print every finding. FILES are files; - is standard input.

    The exit status is 1 if a definition cannot be registered, and 2 if a file cannot be read.
    """
    broken = unreadable = False
    for file in files:
        try:
            text = read_text(file)
        except Refusal as refusal:
            refusal.show()
            unreadable = True
            continue
        findings = find(text, type_)
        name = "standard input" if file == STANDARD_INPUT else file
        for finding in findings:
            _print(name, finding, text)
        broken = broken or any(finding.severity == "ERROR" for finding in findings)
        if not findings:
            click.echo(f"{safe_line(name)}: valid")
    sys.exit(2 if unreadable else int(broken))


def _print(file: str, finding: Finding, text: str) -> None:
    first, *rest = map(safe_line, finding_lines(file, finding, text))
    severity = finding.severity.lower()
    coloured = click.style(severity, fg="red" if finding.severity == "ERROR" else "yellow")
    click.echo(first.replace(f": {severity} {finding.code}", f": {coloured} {finding.code}", 1))
    for line in rest:
        click.echo(line)
