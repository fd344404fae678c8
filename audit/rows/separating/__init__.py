"""How well features tell the groups of an attribute apart, each alone and all together."""
