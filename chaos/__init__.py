"""What befalls a sending, done to it on purpose: real commands, real processes, real loss."""
