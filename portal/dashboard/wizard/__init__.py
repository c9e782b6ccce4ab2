"""Changing a purpose lawfully, step by step."""
