"""What alerts mean: which group needs an incident, and what news of its alerts changes."""
