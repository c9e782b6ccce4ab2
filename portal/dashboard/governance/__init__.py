"""Settings that change without a deploy, and the second person of every change."""
