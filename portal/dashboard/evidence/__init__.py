"""Evidence for what is called anonymised."""
