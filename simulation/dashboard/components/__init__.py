"""What the pages are put together from, drawn by the browser."""
