"""The pages of documents, purposes and choices. Each fetches, calls an action, and answers."""
