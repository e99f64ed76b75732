"""The Solara dashboard: one file a page, one state."""
