package org.kvm4j.machine.explain;

import java.util.Map;

/** The names of exits, linux/kvm.h. */
final class ExitName {

  private static final Map<Integer, String> NAMES =
      Map.ofEntries(
          Map.entry(0, "UNKNOWN"),
          Map.entry(1, "EXCEPTION"),
          Map.entry(2, "IO"),
          Map.entry(3, "HYPERCALL"),
          Map.entry(4, "DEBUG"),
          Map.entry(5, "HLT"),
          Map.entry(6, "MMIO"),
          Map.entry(7, "IRQ_WINDOW_OPEN"),
          Map.entry(8, "SHUTDOWN"),
          Map.entry(9, "FAIL_ENTRY"),
          Map.entry(10, "INTR"),
          Map.entry(11, "SET_TPR"),
          Map.entry(12, "TPR_ACCESS"),
          Map.entry(16, "NMI"),
          Map.entry(17, "INTERNAL_ERROR"),
          Map.entry(24, "SYSTEM_EVENT"),
          Map.entry(26, "IOAPIC_EOI"),
          Map.entry(29, "X86_RDMSR"),
          Map.entry(30, "X86_WRMSR"),
          Map.entry(31, "DIRTY_RING_FULL"),
          Map.entry(32, "AP_RESET_HOLD"),
          Map.entry(33, "X86_BUS_LOCK"),
          Map.entry(37, "NOTIFY"),
          Map.entry(39, "MEMORY_FAULT"));

  private ExitName() {}

  static String of(int reason) {
    return "KVM_EXIT_" + NAMES.getOrDefault(reason, Integer.toString(reason));
  }
}
