"""The pages of participants: the company, its people, its training, its check-ins, and the ways in."""
