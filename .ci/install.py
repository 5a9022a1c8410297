"""Makes .venv and installs a lock file into it: `install.py LOCK STAMP`; run by the Makefile with the system's Python."""

import hashlib
import importlib.util
import shutil
import subprocess
import sys
from pathlib import Path

VENV = Path(".venv")
PYTHON = VENV / "bin" / "python"


def main(lock: Path, stamp: Path) -> None:
    """Install what the lock names, unless the stamp says exactly that was installed before."""
    if sys.version_info < (3, 11):
        sys.exit(f"Fieldwright needs Python 3.11 or newer, and {sys.executable} is {sys.version.split()[0]}.")
    wanted = hashlib.sha256(lock.read_bytes() + Path("pyproject.toml").read_bytes() + sys.version.encode()).hexdigest()
    if PYTHON.exists() and stamp.exists() and stamp.read_text() == wanted:
        stamp.touch()
        return
    uv = uv_works()
    if not uv and not PYTHON.exists() and not all(importlib.util.find_spec(name) for name in ("venv", "ensurepip")):
        sys.exit("Fieldwright needs Python's venv module: install the package python3-venv and run this again.")
    print("Installing the libraries into .venv (the first time takes up to a minute) …", flush=True)
    with_uv(lock) if uv else with_pip(lock)
    # Compiled once here, so that every start is quick even where PYTHONDONTWRITEBYTECODE is set.
    run(str(PYTHON), "-m", "compileall", "-q", "workflow", "webapp", "workers")
    stamp.write_text(wanted)


def uv_works() -> bool:
    """Return whether a usable uv is on PATH."""
    return bool(shutil.which("uv")) and subprocess.run(("uv", "--version"), capture_output=True).returncode == 0


def with_uv(lock: Path) -> None:
    if not PYTHON.exists():
        run("uv", "venv", "--quiet", "--python", sys.executable, str(VENV))
    install = ("uv", "pip", "install", "--quiet", "--compile-bytecode", "--python", str(PYTHON))
    run(*install, "--require-hashes", "-r", str(lock))
    run(*install, "--no-deps", "-e", ".")


def with_pip(lock: Path) -> None:
    if not PYTHON.exists():
        run(sys.executable, "-m", "venv", str(VENV))
    install = (str(PYTHON), "-m", "pip", "install", "--quiet", "--disable-pip-version-check")
    run(*install, "--require-hashes", "-r", str(lock))
    run(*install, "--no-deps", "-e", ".")


def run(*command: str) -> None:
    if subprocess.run(command).returncode:
        sys.exit(f"Installing the libraries failed at: {' '.join(command)}")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
