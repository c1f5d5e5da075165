"""Events: lines and messages from outside, read, tied to a controller, and damped. Pure."""
