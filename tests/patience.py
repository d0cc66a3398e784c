PATIENCE = 300
"""Seconds to wait for what takes a moment on an idle machine; on a busy one, only what hangs takes longer."""
