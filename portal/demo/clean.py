"""``make clean``: deletes everything the demo and the tests have stored."""

import shutil
import sys

from portal.demo import postgres, state


def main() -> int:
    """Delete the state; refuse while the demo runs."""
    try:
        with state.only_one(*state.address()):
            state.end_leftovers()
            for name in ("postgres", "test-postgres"):
                postgres.remove(state.directory() / name)
    except state.Refused as error:
        print(error, file=sys.stderr)
        return 1
    shutil.rmtree(state.directory())
    return 0


if __name__ == "__main__":
    sys.exit(main())
