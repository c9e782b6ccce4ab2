"""The pages of documents, purposes and choices."""
