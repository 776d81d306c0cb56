"""A newsletter system for publishers who want their readers' data at home."""

__version__ = "0.1.0"
