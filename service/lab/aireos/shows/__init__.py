"""What the show commands print, one family a file; formats as in the captures."""
