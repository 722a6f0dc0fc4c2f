"""The pages of a person's own account, and the way in."""
