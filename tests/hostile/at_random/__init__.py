"""Members of three companies, and staff, who do whatever there is to do in any order, held to a plain model."""
