"""The errors a user can meet: each message says in one sentence what was wrong and what to do."""

from __future__ import annotations


class FacemaskError(Exception):
    """Base of every error that is shown to the user as it stands."""


class ImageError(FacemaskError):
    """A picture cannot be used."""


class FaceError(FacemaskError):
    """The face that was asked for is not in the picture."""


class BackboneError(FacemaskError):
    """A backbone's name is not in the registry, or its initial weights cannot be had."""


class CheckpointError(FacemaskError):
    """A trained model's files are missing, damaged, or do not fit their card."""


class AttackError(FacemaskError):
    """An attack's name or settings make no sense, or its input is outside the contract."""


class DefenceError(FacemaskError):
    """A defence's name or settings make no sense."""


class ExplanationError(FacemaskError):
    """An explanation's name or settings make no sense."""


class DatasetError(FacemaskError):
    """A dataset's folder is missing, empty, or not laid out as one folder a class."""


class DownloadError(FacemaskError):
    """A file cannot be fetched from the internet, or is not the one that was expected."""


class TrainingError(FacemaskError):
    """A training run cannot start or go on."""


class RunStoreError(FacemaskError):
    """The store of runs cannot be used, or has no such run."""


class RunInUseError(RunStoreError):
    """A run, or the whole store, is in another process's hands."""


class DamagedStoreError(RunStoreError):
    """The store's file is damaged, so nothing in it can be trusted."""


class QueueError(FacemaskError):
    """The queue of reports cannot be used, or has no such job."""


class QueueFullError(QueueError):
    """As many reports wait as the operator allows."""


class DamagedQueueError(QueueError):
    """The queue's file is damaged."""


class WorkerError(FacemaskError):
    """A worker cannot start."""


class DeviceError(FacemaskError):
    """The numerical backend or the device cannot do what is asked of it."""


class ModeError(FacemaskError):
    """The lab is started in a mode that does not exist."""


class EngineError(FacemaskError):
    """An engine's name or settings make no sense, or it cannot be started or reached."""
