"""Getting the words signed off: what still blocks going live, every screen in two languages, and signing itself."""
