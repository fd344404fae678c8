"""Local stand-ins of both CRMs over real HTTP on loopback. They are labelled as stand-ins."""
