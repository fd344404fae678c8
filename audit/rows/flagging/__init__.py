"""What makes up the flag of a lead: its group's standing, its calibrated score, the advice."""
