"""How good is the order? Judged collections, what is asked of them, and what is measured."""
