"""The dashboard's cards and trends: one card, one query, one dataclass."""
