"""Where a study comes from, one file a format."""
