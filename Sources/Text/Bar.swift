/// How much of something is done, in `cells` characters: `[####....]`.
///
/// - Parameter share: From 0 to 1.
public func bar(_ share: Double, cells: Int) -> String {
  let filled = Int(max(0, min(share, 1)) * Double(cells))
  return
    "[\(String(repeating: "#", count: filled))\(String(repeating: ".", count: cells - filled))]"
}
