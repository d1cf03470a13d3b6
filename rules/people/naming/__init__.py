"""Names of people: how they are written, which are mistaken, and whom a policy means."""
