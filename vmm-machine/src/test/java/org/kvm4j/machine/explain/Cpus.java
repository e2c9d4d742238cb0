package org.kvm4j.machine.explain;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.kvm4j.DescriptorTable;
import org.kvm4j.MpState;
import org.kvm4j.PastExit;
import org.kvm4j.Registers;
import org.kvm4j.Segment;
import org.kvm4j.SpecialRegisters;
import org.kvm4j.VcpuExit;
import org.kvm4j.machine.VcpuRegisters;

/** vCPUs and explanations to look at, changed one by one from a sound 64-bit guest. */
final class Cpus {

  static final long INTERRUPTS_ON = 0x202;
  static final long INTERRUPTS_OFF = 0x2;

  static final SpecialRegisters AFTER_RESET = VcpuRegisters.AFTER_RESET;

  static final SpecialRegisters LONG_MODE =
      AFTER_RESET.toBuilder()
          .cs(Segment.code64(0x10))
          .dataSegments(Segment.data32(0x18))
          .gdt(new DescriptorTable(0x5000, 0x7f))
          .idt(new DescriptorTable(0x6000, 0xfff))
          .cr0(0x8000_0011L)
          .cr2(0xdead_0000L)
          .cr3(0x9000)
          .cr4(0x20)
          .efer(0x500)
          .build();

  private Cpus() {}

  /** Code that says nothing, if none is given. */
  static CpuState cpu(SpecialRegisters special, long rip, int... code) {
    int[] padded = Arrays.copyOf(code, CpuState.MOST_CODE_BYTES);
    Arrays.fill(padded, code.length, padded.length, 0x90);
    return with(special, rip, INTERRUPTS_OFF, MpState.RUNNABLE, padded);
  }

  static CpuState halted(long rflags) {
    return with(LONG_MODE, 0x1000, rflags, MpState.HALTED, 0x90);
  }

  static CpuState with(
      SpecialRegisters special, long rip, long rflags, MpState mpState, int... code) {
    List<Integer> bytes = new ArrayList<>();
    Arrays.stream(code).forEach(bytes::add);
    return new CpuState(
        Registers.builder().rip(rip).rflags(rflags).build(), special, mpState, bytes, 0);
  }

  static Explanation ended(VcpuExit exit, CpuState cpu, PastExit... lastExits) {
    return explanation(
        new VcpuSnapshot(0, Optional.of(exit), List.of(lastExits), Optional.of(cpu), ""));
  }

  static Explanation alive(CpuState cpu, PastExit... lastExits) {
    return explanation(
        new VcpuSnapshot(0, Optional.empty(), List.of(lastExits), Optional.of(cpu), ""));
  }

  /** Of a guest that has printed something. */
  static Explanation explanation(VcpuSnapshot... vcpus) {
    return new Explanation(
        List.of(vcpus), List.of(), Map.of(), 1, "", Optional.empty(), List.of("serial"));
  }

  /** Of a Linux that may print. */
  static Explanation saying(String output) {
    return new Explanation(
        List.of(),
        List.of(),
        Map.of(),
        output.length(),
        output,
        Optional.of("console=ttyS0"),
        List.of("serial"));
  }

  static Explanation silent(Explanation e, String commandLine) {
    return new Explanation(
        e.vcpus(), e.postCodes(), e.unclaimedPorts(), 0, "", Optional.of(commandLine), e.devices());
  }

  static Explanation unclaimed(long port, long bytes) {
    return new Explanation(
        List.of(), List.of(), Map.of(port, bytes), 1, "", Optional.empty(), List.of("serial"));
  }
}
