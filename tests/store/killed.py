from al_core.store import Workspace


def kill(workspace: Workspace) -> None:
    """End a workspace as the system ends one whose process is killed: its locks are open, and nobody was told."""
    workspace.job_records.is_open = False
    workspace.owner._lock.release()
    workspace._engine.dispose()
