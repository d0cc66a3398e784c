"""The dashboard and, on the same port, the REST API and images: `streamlit run app.py`."""

from pathlib import Path

import streamlit as st
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware

# Streamlit checks allowedHosts only on its WebSocket; this extends it to our own routes, so that no website can
# reach them by pointing its domain at 127.0.0.1.
trusted_hosts = Middleware(TrustedHostMiddleware, allowed_hosts=st.get_option("server.allowedHosts") or ["*"])

app = st.App(Path(__file__).parent / "ui" / "navigation.py", routes=[], middleware=[trusted_hosts])
