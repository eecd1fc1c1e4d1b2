import Scenarios

/// What `--version` says, and what stands in every recorded run.
let programVersion = modelVersion
