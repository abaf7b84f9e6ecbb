"""What contributors write → what can do no harm in a reader's browser, whatever it was meant to do.

``clean`` is what readers are protected by; ``spot`` tells an author what of his page it will leave out. Neither knows the other: a
mistake in the second costs a finding and no reader.
"""

from atlas.safety.cleaning import clean, clean_metadata

__all__ = ["clean", "clean_metadata"]
