"""From plain data to a study: scenarios merged, validated and checked, every problem gathered."""
