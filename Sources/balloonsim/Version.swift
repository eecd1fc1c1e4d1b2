import Experiments

/// What `--version` says, and what stands in every recorded run.
let programVersion = modelVersion
