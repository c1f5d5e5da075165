"""What the owner writes down and what the host knows: inventory, catalogue, secrets, clocks."""
