"""What contributors write → what can do no harm in a reader's browser, whatever it was meant to do.

``clean`` is what protects readers; ``spot`` tells an author what of a page it will leave out. A mistake in the second
costs a finding and no reader.
"""

from atlas.safety.cleaning import clean, clean_metadata, is_clean_metadata
from atlas.safety.spotting import Kind, LeftOut, spot

__all__ = ["Kind", "LeftOut", "clean", "clean_metadata", "is_clean_metadata", "spot"]
