"""Runs and comparisons in sentences, tables, pictures and files."""
