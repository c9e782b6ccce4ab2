"""SQL databases as sources: described by a mapping, read and erased through SQLAlchemy Core."""
