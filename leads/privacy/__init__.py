"""What is held about a person: all of it handed over, or all of it forgotten."""
