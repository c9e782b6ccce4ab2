"""Cells of a file that somebody may open in a spreadsheet."""

# What a spreadsheet would take for a formula (OWASP ASVS 5.0, V1.2.10).
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\0", "＝", "＋", "－", "＠")


def safe(cell: str) -> str:
    """Return the cell so that no spreadsheet computes it."""
    return f"'{cell}" if cell.startswith(FORMULA) else cell
