"""What a message costs, measured as whole processes, beside named limits."""
