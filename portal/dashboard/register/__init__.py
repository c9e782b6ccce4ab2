"""The register of processing (art. 30 GDPR): its pages, its exports, its import."""
