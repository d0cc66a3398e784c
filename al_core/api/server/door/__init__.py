"""What stands before everything that listens: dashboard, WebSocket, images, maps and API."""

from al_core.api.server.door.door import Door as Door
from al_core.api.server.door.listening import ALL_ADDRESSES as ALL_ADDRESSES
from al_core.api.server.door.listening import check_address as check_address
from al_core.api.server.door.listening import check_environment as check_environment
