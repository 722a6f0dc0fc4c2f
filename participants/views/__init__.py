"""The pages of a participant: its people, its training, itself, and the way in."""
