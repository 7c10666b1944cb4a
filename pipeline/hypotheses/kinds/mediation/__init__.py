"""What runs through something in the session: exposure, mediator, later rating."""
