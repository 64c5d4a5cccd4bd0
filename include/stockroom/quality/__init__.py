"""Quality gates: what must hold of raw records before dbt and of decisions before release."""
