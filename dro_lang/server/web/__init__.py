"""What every request goes through: limits, headers, who asks, and how errors are told."""
