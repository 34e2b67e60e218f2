"""The review of the weights every 60 to 90 days: do leads still do what their weights say, what would fit better?"""
