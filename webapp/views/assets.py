"""The addresses of static files: each carries a mark of its content, so that browsers may keep it for a year."""

from __future__ import annotations

import gzip
import hashlib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from flask import Response, request, url_for

if TYPE_CHECKING:
    from flask import Flask

COMPRESSED = (".css", ".js", ".svg")
YEAR = 365 * 24 * 3600
FIRST_STYLES = ("css/layers.css", "css/tokens.css", "css/base.css", "css/layout.css")
LAST_STYLES = ("css/utilities.css",)


@dataclass(frozen=True, slots=True)
class Assets:
    """What lies in the static folder: the mark of each file, and the stylesheets and behaviours of every page in order."""

    marks: dict[str, str]
    stylesheets: tuple[str, ...]
    behaviours: tuple[str, ...]

    def address(self, name: str) -> str:
        """The address of one file; a name that is not there is a mistake in a template and raises KeyError."""
        return url_for("static", filename=name, v=self.marks[name])


def survey(folder: Path) -> Assets:
    """Read the static folder once, at start."""
    marks = {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()[:12]
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
    components = tuple(name for name in marks if name.startswith("css/components/"))
    behaviours = tuple(name for name in marks if name.startswith("js/") and name.count("/") == 1)
    return Assets(marks=marks, stylesheets=(*FIRST_STYLES, *components, *LAST_STYLES), behaviours=behaviours)


def install(app: Flask) -> None:
    """Give templates `asset(name)`, `stylesheets` and `behaviours`; let marked files be kept, and send text compressed."""
    folder = Path(str(app.static_folder))
    found = survey(folder)

    @lru_cache(maxsize=256)
    def packed(name: str) -> bytes:
        return gzip.compress((folder / name).read_bytes(), 9)

    def addresses() -> dict[str, object]:
        return {
            "asset": found.address,
            "stylesheets": [found.address(name) for name in found.stylesheets],
            "behaviours": [found.address(name) for name in found.behaviours],
        }

    def keep(response: Response) -> Response:
        if request.endpoint == "static" and response.status_code in (200, 304):
            name = str((request.view_args or {}).get("filename", ""))
            response.cache_control.no_cache = None
            if request.args.get("v") == found.marks.get(name) or name.startswith("vendor/"):
                response.cache_control.public = True
                response.cache_control.max_age = YEAR
                response.cache_control.immutable = True
            else:
                response.cache_control.max_age = 300
            if name.endswith(COMPRESSED) and name in found.marks:
                response.vary.add("Accept-Encoding")
                if response.status_code == 200 and request.accept_encodings["gzip"] > 0:
                    response.direct_passthrough = False
                    response.set_data(packed(name))
                    response.content_encoding = "gzip"
                    response.set_etag(found.marks[name], weak=True)
                    response.make_conditional(request)
        return response

    app.jinja_env.globals["asset"] = found.address
    app.context_processor(addresses)
    app.after_request(keep)
