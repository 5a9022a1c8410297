"""/workflows: the lifecycles, their versions, and the drafts supervisors edit, try, prove and publish."""

from __future__ import annotations

import importlib
import pkgutil

from flask import Blueprint

blueprint = Blueprint("workflows", __name__, url_prefix="/workflows")

for module in sorted(found.name for found in pkgutil.iter_modules(__path__)):
    importlib.import_module(f"{__name__}.{module}")  # each adds its routes to the blueprint
