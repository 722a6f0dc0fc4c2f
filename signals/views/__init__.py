"""What is shared, in the browser."""
