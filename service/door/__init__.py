"""What every face by HTTP has at its door: the ports, who is let in, how much they may ask."""
