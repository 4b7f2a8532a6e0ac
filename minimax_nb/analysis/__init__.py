"""Models compared, timed and priced, and the tables of what was used."""
