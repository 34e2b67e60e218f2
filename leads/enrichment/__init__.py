"""What others know of a lead: asked after it was routed, written where nobody has said better."""
