"""A procedure as one JSON document."""

import json

from probe.report.procedure import Procedure, exit_code

SCHEMA = 1


def render(found: Procedure) -> str:
    """Write the document, ASCII only, a newline at the end."""
    connection = None
    if found.connection is not None:
        from probe.render import json as check_json

        connection = json.loads(check_json.render(found.connection))
    document = {
        "schema": SCHEMA,
        "title": found.title,
        "exit_code": exit_code(found),
        "steps": [{"state": one.state.value, "says": one.says, "next": one.next_step} for one in found.remarks],
        "table": [dict(zip(found.columns, row, strict=True)) for row in found.rows],
        "blocks": [{"title": one.title, "text": one.text} for one in found.blocks],
        "files": list(found.files),
        "connection": connection,
        "interrupted": found.interrupted,
    }
    return json.dumps(document, indent=1, ensure_ascii=True) + "\n"
