"""``make manage DO="…"``: a management command in the state of the demo, whether it runs or not."""

import subprocess
import sys

from portal.demo import environment, postgres, state


def main(arguments: list[str]) -> int:
    """Run ``manage.py`` with the demo's environment; start its PostgreSQL meanwhile if need be."""
    state.directory().mkdir(parents=True, exist_ok=True)
    env = environment.read()
    directory = state.directory() / "postgres"
    ours = not env.get("DATABASE_URL") and not postgres.is_ready(directory)
    if ours:
        postgres.start(directory)
    try:
        command = [sys.executable, str(state.ROOT / "manage.py"), *arguments]
        return subprocess.run(command, env=env, check=False).returncode
    finally:
        if ours:
            postgres.stop(directory)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
