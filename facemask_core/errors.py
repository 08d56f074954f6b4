"""The errors shown to users: each message says in one sentence what is wrong and what to do."""

from __future__ import annotations


class FacemaskError(Exception):
    """Base of every error whose message is shown to the user."""


class ImageError(FacemaskError):
    """A picture cannot be used."""


class FaceError(FacemaskError):
    """The picture has no face where one is needed."""


class FaceFinderError(FacemaskError):
    """The face finder's weights are missing, or are not the expected ones."""


class BackboneError(FacemaskError):
    """A backbone's name is not in the registry, or its initial weights cannot be had."""


class CheckpointError(FacemaskError):
    """A trained model's files are missing, damaged, or do not fit their card."""


class ExportError(FacemaskError):
    """A model cannot be written for a browser."""


class ForeignModelError(CheckpointError):
    """A model of somebody else's cannot be used: its file, or something in its architecture."""


class ForeignQuestionError(ForeignModelError):
    """A model of somebody else's can be used as soon as a question about it is answered."""


class AttackError(FacemaskError):
    """An attack's name or settings make no sense, or its input is outside the contract."""


class DefenceError(FacemaskError):
    """A defence's name or settings make no sense."""


class CorruptionError(FacemaskError):
    """A corruption's name, settings or strength make no sense, or its input is no picture."""


class ExplanationError(FacemaskError):
    """An explanation's name or settings make no sense."""


class DatasetError(FacemaskError):
    """A dataset's folder is missing, empty, or not laid out as one folder a class."""


class SplitsError(DatasetError):
    """A dataset holds several splits, and none of them was given."""

    def __init__(self, message: str, splits: tuple[str, ...] = ()) -> None:
        """Says so, and keeps the splits' paths for a page that lets one be chosen.

        Args:
            message: What is wrong and what to do.
            splits: The paths of the splits below the dataset.
        """
        super().__init__(message)
        self.splits = splits


class DownloadError(FacemaskError):
    """A file cannot be fetched from the internet, or is not the expected one."""


class TrainingError(FacemaskError):
    """A training run cannot start or resume."""


class RunStoreError(FacemaskError):
    """The store of runs cannot be used, or has no such run."""


class RunInUseError(RunStoreError):
    """A run, or the whole store, is in use by another process."""


class StorePlaceError(RunStoreError):
    """The store cannot be used where it lies, so that another folder may help."""


class DamagedStoreError(RunStoreError):
    """The store's file is damaged, so none of its content can be trusted."""


class QueueError(FacemaskError):
    """The queue of reports cannot be used, or has no such job."""


class QueueFullError(QueueError):
    """The queue holds as many reports as the operator allows."""


class TooLongReportError(QueueError):
    """A report would take more computing than the operator allows."""


class DamagedQueueError(QueueError):
    """The queue's file is damaged."""


class WorkerError(FacemaskError):
    """A worker cannot start."""


class DeviceError(FacemaskError):
    """The numerical backend or the device is not able to do this."""


class StartError(FacemaskError):
    """A part of the lab is started as if it were the whole."""


class ModeError(FacemaskError):
    """The lab is started in a mode that does not exist."""


class EngineError(FacemaskError):
    """An engine's name or settings make no sense, or it cannot be started or reached."""
