"""Programs that stand alone: to be read, copied and run by who trusts no other part of this."""
