"""Scripts that break things on purpose, for as long as you like; CI runs a short round of them."""
