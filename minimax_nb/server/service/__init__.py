"""What the service does with a request: its rules, its models, its errors."""
