package org.kvm4j.core.kvm;

import static org.kvm4j.KvmCapability.IRQ_ROUTING;
import static org.kvm4j.core.abi.Ioctl.KVM_SET_GSI_ROUTING;

import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.kvm4j.core.abi.KvmIrqRouting;
import org.kvm4j.core.abi.KvmIrqRoutingEntry;
import org.kvm4j.irq.GsiRoute;

/** A table of routes, with a reason where the kernel would only say EINVAL. */
final class RoutingTable {

  /** What a line leads to besides controllers, of which it may lead to several. */
  private static final Object OTHER = new Object();

  private RoutingTable() {}

  /**
   * Replaces the table of a VM.
   *
   * @param split whether PIC and IOAPIC are outside the kernel
   */
  static void set(Fd fd, List<GsiRoute> routes, boolean split) {
    fd.capabilities().require(IRQ_ROUTING, KVM_SET_GSI_ROUTING + " on " + fd.name());
    int most = fd.capabilities().value(IRQ_ROUTING);
    if (routes.size() > most) {
      throw new IllegalArgumentException(
          "%d routes: this KVM takes at most %d".formatted(routes.size(), most));
    }
    check(fd, routes, split);
    ByteBuffer table = Native.allocate(offset(routes.size()));
    table.putInt(KvmIrqRouting.NR, routes.size());
    for (int i = 0; i < routes.size(); i++) {
      KvmIrqRoutingEntry.write(table, offset(i), routes.get(i));
    }
    fd.ioctl(KVM_SET_GSI_ROUTING, table);
  }

  private static void check(Fd fd, List<GsiRoute> routes, boolean split) {
    Map<Integer, Set<Object>> targets = new HashMap<>();
    for (GsiRoute route : routes) {
      Gsis.check(fd, route.gsi());
      boolean pin = route instanceof GsiRoute.IrqchipPin;
      if (pin && split) {
        throw new IllegalArgumentException(
            route + ": a split irqchip has no PIC and IOAPIC in the kernel; use GsiRoute.Msi");
      }
      Object target = pin ? ((GsiRoute.IrqchipPin) route).chip() : OTHER;
      Set<Object> known = targets.computeIfAbsent(route.gsi(), gsi -> new HashSet<>());
      boolean clash = known.contains(OTHER) || (!pin && !known.isEmpty());
      if (clash || !known.add(target)) {
        throw new IllegalArgumentException(
            route + ": a GSI leads to one pin of each controller, or to one message alone");
      }
    }
  }

  private static int offset(int i) {
    return KvmIrqRouting.ENTRIES + i * KvmIrqRoutingEntry.SIZEOF;
  }
}
