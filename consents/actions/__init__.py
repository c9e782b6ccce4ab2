"""Every write of the ledger that carries a rule is one function in here."""
