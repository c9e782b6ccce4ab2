"""What Regard needs of the system itself, and how each system calls it.

Needs nothing but the standard library, for the first start runs before anything is installed.
"""

import os
import shutil
import subprocess
import sys

VERSION = f"{sys.version_info.major}.{sys.version_info.minor}"

PACKAGES: dict[str, dict[str, list[str]]] = {
    "Pango": {
        "apt-get": [
            "libpango-1.0-0",
            "libpangoft2-1.0-0",
            "libharfbuzz-subset0",
            "fonts-dejavu-core",
        ],
        "dnf": ["pango", "dejavu-sans-fonts"],
        "brew": ["pango"],
    },
    "venv": {
        "apt-get": [f"python{VERSION}-venv"],
        "dnf": ["python3"],
        "brew": ["python"],
    },
    "Chromium": {"apt-get": ["chromium"], "dnf": ["chromium"], "brew": ["--cask", "chromium"]},
}
SYSTEMS = {"apt-get": "Debian or Ubuntu", "dnf": "Fedora", "brew": "macOS"}


def install(need: str) -> bool:
    """Install what is needed, if there is a package manager we know and we may use it.

    Returns whether the package manager was content; its own words are shown.
    """
    found = next((manager for manager in PACKAGES[need] if shutil.which(manager)), None)
    if found is None:
        return False
    prefix = _permission(found)
    if prefix is None:
        return False
    command = _command(found, PACKAGES[need][found])
    print(f"Installing {need}: {' '.join(prefix + command)}", flush=True)
    if found == "apt-get":
        # A fresh container knows no packages yet; an old list still is better than none.
        _run([*prefix, "apt-get", "update", "-q"])
    return _run(prefix + command)


def sentence(need: str, why: str) -> str:
    """Return one sentence that says what to install on which system."""
    ways = "; ".join(
        f"{system}: {' '.join(_command(manager, PACKAGES[need][manager]))}"
        for manager, system in SYSTEMS.items()
    )
    return f"Regard needs {need} {why}. Install it and try again – {ways}."


def _command(manager: str, packages: list[str]) -> list[str]:
    if manager == "brew":
        return ["brew", "install", *packages]
    extra = ["--no-install-recommends"] if manager == "apt-get" else []
    return [manager, "install", "-y", *extra, *packages]


def _permission(manager: str) -> list[str] | None:
    """Return what goes before a command to be allowed it, ``None`` if it is not."""
    if manager == "brew" or os.getuid() == 0:
        return []
    sudo = ["sudo", "-n"]  # never asks for a password: that would hang where nobody sits
    return sudo if shutil.which("sudo") and _run([*sudo, "true"]) else None


def _run(command: list[str]) -> bool:
    environment = dict(os.environ) | {"DEBIAN_FRONTEND": "noninteractive"}
    done = subprocess.run(
        command, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, check=False
    )
    return done.returncode == 0
