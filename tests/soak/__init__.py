"""A board under a long load: its heap stays flat, and no message is lost or doubled."""
