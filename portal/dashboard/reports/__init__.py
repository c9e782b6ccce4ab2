"""Reports for the board and the authority, and the public figures."""
