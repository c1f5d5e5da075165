"""aprejoin: finds access points that a certificate keeps off their controllers, and mends it."""
