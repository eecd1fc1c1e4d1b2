/// Processes that do what a script says.
public struct ScriptSpec: Sendable {
  /// What they do.
  public var script: WorkloadScript
  /// The script as it was written.
  public var text: String
  /// The disk that the files they read are on.
  public var disk: String

  /// A script, and as what it was written.
  public init(_ script: WorkloadScript, text: String, disk: String) {
    self.script = script
    self.text = text
    self.disk = disk
  }
}
