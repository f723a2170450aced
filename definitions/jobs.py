"""The functions of the example jobs. Each takes {"input": the job's input, "outputs": {task: output}}."""


def fetch(event):
    """The rows that the job is about."""
    return event["input"].get("rows", ["a", "b", "c"])


def load(event):
    """How many rows the task `fetch` has found."""
    return {"loaded": len(event["outputs"]["fetch"])}


def build_part(event):
    """One part of a product."""
    return "part"


def link_parts(event):
    """The product of all parts that the task depends on."""
    return sorted(event["outputs"])
