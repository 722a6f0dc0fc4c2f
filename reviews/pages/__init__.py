"""Pages of what follows a decision, and of what people and teams see of their own work."""
