"""The page *One world*."""
