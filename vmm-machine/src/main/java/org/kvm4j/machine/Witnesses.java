package org.kvm4j.machine;

import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.kvm4j.KvmException;
import org.kvm4j.core.bus.UnclaimedAccesses;
import org.kvm4j.core.device.DeviceSet;
import org.kvm4j.machine.explain.Explanation;
import org.kvm4j.machine.explain.OutputMeter;

/** Asks all who know something of a guest that died or stays silent. Threading: any thread. */
final class Witnesses {

  private static final System.Logger LOG = System.getLogger(Witnesses.class.getName());

  private static final String POST_CODES = "post-code";
  private static final int MOST_POST_CODES = 64;

  private final MachineConfig config;
  private final DeviceSet devices;
  private final UnclaimedAccesses ports;
  private final OutputMeter output;

  Witnesses(MachineConfig config, DeviceSet devices, UnclaimedAccesses ports, OutputMeter output) {
    this.config = config;
    this.devices = devices;
    this.ports = ports;
    this.output = output;
  }

  /** Of a machine that stands, as far as it can. */
  Explanation explanation(List<VcpuThread> threads) {
    List<String> types = devices.ids().stream().map(id -> devices.type(id).name()).toList();
    return new Explanation(
        threads.stream().map(thread -> thread.witness().snapshot()).toList(),
        postCodes(),
        ports.byAddress(),
        output.bytes(),
        output.lastText(),
        commandLine(),
        types);
  }

  private Optional<String> commandLine() {
    return config.boot() instanceof Boot.Kernel linux
        ? Optional.of(linux.commandLine())
        : Optional.empty();
  }

  private List<Integer> postCodes() {
    List<Integer> codes = new ArrayList<>();
    if (devices.ids().contains(POST_CODES)) {
      try {
        for (byte code : devices.save(POST_CODES).bytes("codes", MOST_POST_CODES)) {
          codes.add(Byte.toUnsignedInt(code));
        }
      } catch (KvmException e) {
        LOG.log(Level.DEBUG, "no POST codes: {0}", e.getMessage());
      }
    }
    return codes;
  }
}
