"""A loopback shop that speaks the channels' own APIs: real sales, simulated supply, a clock, faults on demand."""
