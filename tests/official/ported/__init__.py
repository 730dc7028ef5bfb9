"""The official suite, run against this package."""
