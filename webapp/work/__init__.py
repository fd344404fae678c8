"""Jobs that outlive the process: asked by people and schedules, done by workers (docs/adr/0013)."""
