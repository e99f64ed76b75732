"""The page *Pay-back*."""
