"""One controller's insides: configuration, clock, NTP, embedded event manager, command line."""
