"""The map of the dashboard in a notebook: `dataset.map()` and `selection.show()`.

Imported only when asked for. It needs the extra `notebook`: `pip install 'al-core[notebook]'`. Points, cards and images
go to the browser through the kernel, without a server.
"""

from al_core.notebook.maps import map_of, map_of_selection
from al_core.notebook.widget import EmbeddingMap

__all__ = ["EmbeddingMap", "map_of", "map_of_selection"]
