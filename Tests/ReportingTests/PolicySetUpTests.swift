import Policies
import Recording
import Testing

@testable import Reporting

/// What `advise` prints to be pasted where the host's policy is set.
@Suite("What sets a host's policy")
struct PolicySetUpTests {
  private func parameters(
    _ policy: String, _ settings: [(String, String)], guest: String = "web"
  ) -> [Parameter] {
    [
      Parameter(path: "host.controller", value: policy, number: nil),
      Parameter(path: "guests.\(guest).memory", value: "2GiB", number: 524_288),
      Parameter(path: "guests.\(guest).minimum_memory", value: "512MiB", number: 131_072),
      Parameter(path: "guests.\(guest).shares", value: "300", number: 300),
    ]
      + settings.map {
        Parameter(path: "host.tunables.\($0.0)", value: $0.1, number: Double($0.1))
      }
  }

  private func lines(_ parameters: [Parameter]) throws -> [String] {
    try #require(PolicySetUp(parameters)).text(always: []).split(separator: "\n").map(String.init)
  }

  @Test("Proxmox: the node's target and each guest by its name; what is as shipped is left out")
  func proxmox() throws {
    let id = #""$(qm list | awk -v name=web '$2 == name {print $1}')""#
    #expect(
      try lines(parameters("proxmox", [("ballooning-target", "70")])) == [
        "For Proxmox VE's automatic ballooning, on the Proxmox host:",
        "pvenode config set --ballooning-target 70",
        "qm set \(id) --memory 2048 --balloon 512 --shares 300",
      ])
    #expect(
      try !lines(parameters("proxmox", [("ballooning-target", "80")])).contains {
        $0.contains("ballooning-target")
      })
  }

  @Test("MOM's variables, vdsm's switch, and xe's dynamic range")
  func others() throws {
    let mom = try lines(parameters("mom", [("pressure_threshold", "0.25")]))
    let vdsm = try lines(
      parameters("vdsm", [("balloonEnabled", "true"), ("guest-monitor-interval", "5")]))
    let squeezed = try lines(parameters("squeezed", []))

    #expect(mom.contains("(defvar pressure_threshold 0.25)"))
    #expect(vdsm.contains("memory balloon optimization: true"))
    #expect(vdsm.contains("host-monitor-interval = 5"))
    #expect(
      squeezed.last
        == #"xe vm-memory-dynamic-range-set uuid="$(xe vm-list name-label=web --minimal)" min=512MiB max=2048MiB"#
    )
  }

  @Test("Hyper-V's and ESX's memory of a guest, and what a VPA object allows")
  func likes() throws {
    let hyperV = try lines(parameters("hyperv-like", [("Buffer", "30")]))
    let esx = try lines(parameters("esx-like", [("IdleTax", "50")]))
    let vpa = try lines(parameters("vpa", [("memory-histogram-decay-half-life", "3600")]))

    #expect(
      hyperV.last
        == "Set-VMMemory -VMName web -DynamicMemoryEnabled $true -MinimumBytes 512MB -MaximumBytes 2048MB -Priority 100 -Buffer 30"
    )
    #expect(esx.contains("esxcli system settings advanced set -o /Mem/IdleTax -i 50"))
    #expect(
      esx.last?.hasSuffix(
        "-MemReservationMB 512 -MemLimitMB 2048 -MemSharesLevel Custom -NumMemShares 300") == true)
    #expect(vpa.contains("--memory-histogram-decay-half-life=3600s"))
    #expect(
      vpa.last?.contains(#""minAllowed":{"memory":"512Mi"},"maxAllowed":{"memory":"2048Mi"}"#)
        == true)
  }

  @Test("A text that the policy does not take is not printed, and a name is quoted for the shell")
  func foreign() throws {
    let text = try lines(
      parameters("proxmox", [("ballooning-target", "70; reboot")], guest: "a;b"))
    #expect(!text.contains { $0.contains("reboot") })
    #expect(text.contains { $0.contains("name='a;b'") })
    #expect(PolicySetUp(parameters("none such", [])) == nil)
  }

  @Test(
    "A guest's policy: DAMON's parameters, xenballoond's file and the guest's keys in the xenstore")
  func ofGuests() throws {
    func text(_ policy: String, _ settings: [(String, String)]) throws -> [String] {
      let parameters =
        [Parameter(path: "guests.web.controller", value: policy, number: nil)]
        + settings.map { Parameter(path: "guests.web.tunables.\($0.0)", value: $0.1, number: nil) }
      let setUp = try #require(PolicySetUp(guest: "web", parameters))
      return setUp.text(always: []).split(separator: "\n").map(String.init)
    }
    let damon = try text("damon", [("min_age", "5000000")])
    let daemon = try text(
      "xenballoond",
      [("XENBALLOON_MINMEM", "64"), ("memory/interval", "3"), ("memory/target", "$(id)")])

    #expect(damon.contains("echo 5000000 > /sys/module/damon_reclaim/parameters/min_age"))
    #expect(damon.last == "echo Y > /sys/module/damon_reclaim/parameters/enabled")
    #expect(daemon.contains("XENBALLOON_MINMEM=64"))
    #expect(
      daemon.contains(#"xenstore-write "/local/domain/$(xl domid web)/memory/interval" 3"#))
    #expect(!daemon.contains { $0.contains("$(id)") }, "what the daemon does not take is no line")
  }

  @Test("Every policy of a host says where each of its settings goes")
  func complete() throws {
    for type in PolicyCatalogue.hostPolicies {
      for setting in type.card.settings {
        var made = type.init(version: type.card.versions[0])
        let other = ["1", "0.5", "true", "3", "40"].first {
          $0 != setting.initial && made?.write(setting.name, $0).status == .ok
        }
        let text = try #require(other, "\(type.card.name) \(setting.name)")
        let found = try lines(parameters(type.card.name, [(setting.name, text)]))
        #expect(found.contains { $0.contains(text) }, "\(type.card.name) \(setting.name)")
      }
    }
  }
}
