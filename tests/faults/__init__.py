"""What a pipeline may meet: kills, damage, a full disk, rubbish. `make faults` tries all of it."""
