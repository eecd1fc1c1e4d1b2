private import Foundation

/// What the `design` of a sweep says of the order of its points, for the designs in which order matters.
public struct SweepDesign: Hashable, Sendable, Decodable {
  /// The designs whose points have an order that their evaluation needs.
  public enum Kind: String, Hashable, Sendable, Decodable {
    /// Trajectories of a Morris screening.
    case morris
    /// Rows of a Saltelli design.
    case saltelli
  }

  /// The design.
  public var design: Kind
  /// Trajectories, or rows.
  public var samples: Int
  /// The seed of the design.
  public var seed: UInt64
  /// The parameters, in the order of the dimensions.
  public var axes: [String]
}

extension SweepTable {
  /// The design if it is one whose points have an order, and whole.
  public var orderedDesign: SweepDesign? {
    do {
      return try JSONDecoder().decode(SweepDesign.self, from: Data(design.utf8))
    } catch { return nil }
  }
}
