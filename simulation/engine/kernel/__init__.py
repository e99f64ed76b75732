"""The compiled form of the model: the same rules and the same week over records, many worlds at once."""
