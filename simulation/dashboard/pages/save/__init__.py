"""The page *Save*."""
