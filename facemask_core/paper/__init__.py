"""The paper's experiments, measured again on the shipped models; one result file each."""
