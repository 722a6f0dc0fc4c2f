"""The fictional demo world (design, section 8.5). Nothing in it is anybody's."""
