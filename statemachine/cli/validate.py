"""`statemachine validate`: all findings about definitions."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from statemachine.cli.given_input import read_text
from statemachine.validation import Finding
from statemachine.validation import validate as find
from statemachine.validation.finding import finding_line


@click.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--type", "type_", type=click.Choice(["STANDARD", "EXPRESS"]), default="STANDARD", show_default=True)
def validate(files: tuple[Path, ...], type_: str) -> None:
    """Check definitions and print every finding.

    The exit status is 1 if a definition cannot be registered, and 2 if a file does not exist.
    """
    broken = missing = False
    for file in files:
        if not file.is_file():
            click.echo(f"statemachine: There is no file '{file}'", err=True)
            missing = True
            continue
        findings = find(read_text(file), type_)
        for finding in findings:
            click.echo(_line(file, finding))
        errors = sum(finding.severity == "ERROR" for finding in findings)
        broken = broken or errors > 0
        if not findings:
            click.echo(f"{file}: valid")
    sys.exit(2 if missing else int(broken))


def _line(file: Path, finding: Finding) -> str:
    return finding_line(
        file, finding, click.style(finding.severity.lower(), fg="red" if finding.severity == "ERROR" else "yellow")
    )
