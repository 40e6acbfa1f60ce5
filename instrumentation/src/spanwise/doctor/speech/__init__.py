"""What the doctor's server says, one file for each protocol."""
