"""Peers of the engine, and what they are measured with."""
