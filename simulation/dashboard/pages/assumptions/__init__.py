"""The page *Assumptions*."""
