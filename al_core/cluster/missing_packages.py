"""What to install where workers run."""

from importlib.metadata import packages_distributions

from al_core.exceptions import MissingInputError


def lacks_package(scheduler: str, error: ModuleNotFoundError) -> MissingInputError:
    """Return what to tell a user when work on a cluster ended because a worker could not import a module.

    Args:
        scheduler: Its address.
        error: As the worker raised it.
    """
    module = (error.name or str(error)).partition(".")[0]
    # Where the work was started the package is there, and says by which name it is installed.
    packages = packages_distributions().get(module, [module])
    return MissingInputError(
        f"a worker of the scheduler at {scheduler} lacks the package {packages[0]}, which this work needs: run "
        f"'pip install {packages[0]}' on every machine with workers, start them again, and then the work"
    )
