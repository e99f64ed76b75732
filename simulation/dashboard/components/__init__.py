"""What more than one page is made of: the frame around them, charts, text."""
