"""Pictures and videos in a question: made of what a user has at hand, and held against the service's rules."""
