"""Write the golden texts again: ``python -m tests.render.renew``. Look at the difference before you keep it."""

import json as standard
from pathlib import Path

from probe.render import json, terminal
from tests.render.sample import ALL

FOLDER = Path(__file__).parents[2] / "fixtures" / "render"


def golden() -> dict[str, str]:
    """Return what each golden file must hold, by file name."""
    texts = {f"{name}.txt": terminal.render(ALL[name], colour=False, width=80) for name in ("healthy", "missing", "several")}
    document = standard.loads(json.render(ALL["missing"]))
    for result in document["results"]:
        # The codec's own tests hold the observation; here it would change with each new fact.
        result["observation"] = {}
    return texts | {"missing.json": standard.dumps(document, indent=1) + "\n"}


if __name__ == "__main__":
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, text in golden().items():
        (FOLDER / name).write_text(text, encoding="utf-8")
