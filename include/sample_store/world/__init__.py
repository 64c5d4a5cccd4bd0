"""The simulated half-year: real sales as latent demand, everything else drawn from a fixed seed."""
