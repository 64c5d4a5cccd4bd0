"""Does: one use case per file; what a task or the command line calls."""
