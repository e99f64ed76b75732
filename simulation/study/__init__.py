"""What a file may say, as frozen objects: organisation, measures, scenarios; what is wrong with it, and where."""
