"""The page *What helps*."""
