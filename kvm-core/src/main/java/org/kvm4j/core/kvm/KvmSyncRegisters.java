package org.kvm4j.core.kvm;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.kvm4j.KvmCapability;
import org.kvm4j.KvmException;
import org.kvm4j.Registers;
import org.kvm4j.SpecialRegisters;
import org.kvm4j.core.abi.KvmRegs;
import org.kvm4j.core.abi.KvmRun;
import org.kvm4j.core.abi.KvmSregs;
import org.kvm4j.core.abi.KvmSyncRegs;
import org.kvm4j.core.abi.KvmVcpuEvents;
import org.kvm4j.state.SyncPart;
import org.kvm4j.state.SyncRegisters;
import org.kvm4j.state.VcpuEvents;

/**
 * SyncRegisters over the run area. The kernel fills the valid parts at the end of every KVM_RUN,
 * and takes the dirty ones, clearing their bits, at its beginning.
 */
final class KvmSyncRegisters implements SyncRegisters {

  private final Fd fd;
  private final RunGate gate;
  private final ByteBuffer validRegs;
  private final ByteBuffer dirtyRegs;
  private final Map<SyncPart, ByteBuffer> areas = new EnumMap<>(SyncPart.class);

  /** For each chosen part, how often the vCPU had run when it was chosen. */
  private final Map<SyncPart, Long> chosenAfter = new EnumMap<>(SyncPart.class);

  KvmSyncRegisters(Fd fd, RunArea area, RunGate gate) {
    this.fd = fd;
    this.gate = gate;
    validRegs = area.part(KvmRun.KVM_VALID_REGS, Long.BYTES);
    dirtyRegs = area.part(KvmRun.KVM_DIRTY_REGS, Long.BYTES);
    int at = KvmRun.SYNC_REGS;
    areas.put(SyncPart.GENERAL, area.part(at + KvmSyncRegs.REGS, KvmRegs.SIZEOF));
    areas.put(SyncPart.SPECIAL, area.part(at + KvmSyncRegs.SREGS, KvmSregs.SIZEOF));
    areas.put(SyncPart.EVENTS, area.part(at + KvmSyncRegs.EVENTS, KvmVcpuEvents.SIZEOF));
  }

  @Override
  public Set<SyncPart> offered() {
    gate.check();
    int mask = fd.capabilities().value(KvmCapability.SYNC_REGS);
    return Arrays.stream(SyncPart.values())
        .filter(part -> (mask & part.bit()) != 0)
        .collect(Collectors.toUnmodifiableSet());
  }

  @Override
  public void choose(Set<SyncPart> parts) {
    Set<SyncPart> wanted = Set.copyOf(parts);
    if (!wanted.isEmpty()) {
      fd.capabilities().require(KvmCapability.SYNC_REGS, "registers in the run area");
    }
    for (SyncPart part : wanted) {
      if (!offered().contains(part)) {
        throw new KvmException(
            "%s: this KVM lets %s travel in the run area, but not %s. Read it by its ioctl."
                .formatted(fd.name(), offered(), part));
      }
    }
    long mask = wanted.stream().mapToLong(SyncPart::bit).sum();
    gate.holding(
        () -> {
          validRegs.putLong(0, mask);
          dirtyRegs.putLong(0, dirtyRegs.getLong(0) & mask);
          chosenAfter.keySet().retainAll(wanted);
          wanted.forEach(part -> chosenAfter.putIfAbsent(part, gate.runs()));
          return mask;
        });
  }

  @Override
  public Set<SyncPart> chosen() {
    return gate.holding(() -> Set.copyOf(chosenAfter.keySet()));
  }

  @Override
  public Registers registers() {
    return read(SyncPart.GENERAL, KvmRegs::read);
  }

  @Override
  public SpecialRegisters specialRegisters() {
    return read(SyncPart.SPECIAL, KvmSregs::read);
  }

  @Override
  public VcpuEvents events() {
    return read(SyncPart.EVENTS, KvmVcpuEvents::read);
  }

  @Override
  public void setRegisters(Registers registers) {
    write(SyncPart.GENERAL, KvmRegs::write, registers);
  }

  @Override
  public void setSpecialRegisters(SpecialRegisters registers) {
    write(SyncPart.SPECIAL, KvmSregs::write, registers);
  }

  @Override
  public void setEvents(VcpuEvents events) {
    write(SyncPart.EVENTS, KvmVcpuEvents::write, events);
  }

  private <T> T read(SyncPart part, Function<ByteBuffer, T> decode) {
    return gate.holding(
        () -> {
          if (gate.runs() <= chosenAfter(part)) {
            throw new IllegalStateException(
                "%s has not run since %s was chosen: run it, or read it by its ioctl"
                    .formatted(fd.name(), part));
          }
          return decode.apply(areas.get(part));
        });
  }

  private <T> void write(SyncPart part, BiConsumer<ByteBuffer, T> encode, T value) {
    gate.holding(
        () -> {
          chosenAfter(part);
          encode.accept(areas.get(part), value);
          return dirtyRegs.putLong(0, dirtyRegs.getLong(0) | part.bit());
        });
  }

  private long chosenAfter(SyncPart part) {
    Long runs = chosenAfter.get(part);
    if (runs == null) {
      throw new IllegalStateException(
          "%s does not travel with %s: choose it first".formatted(part, fd.name()));
    }
    return runs;
  }
}
