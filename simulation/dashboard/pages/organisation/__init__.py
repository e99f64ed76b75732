"""The page My organisation."""
