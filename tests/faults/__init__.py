"""Five faults of the matrix, against the real processes.

Each begins with a sabotage control: the protection is switched off, and the checker must turn red. What a sender was
told is in a ledger, fsynced; the database is asked afterwards.
"""
