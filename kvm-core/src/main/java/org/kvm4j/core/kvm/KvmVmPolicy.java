package org.kvm4j.core.kvm;

import static org.kvm4j.core.abi.Ioctl.KVM_SET_PMU_EVENT_FILTER;

import java.nio.ByteBuffer;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.kvm4j.KvmCapability;
import org.kvm4j.KvmCapabilityException;
import org.kvm4j.core.abi.KvmEnableCap;
import org.kvm4j.core.abi.KvmPmuEventFilter;
import org.kvm4j.policy.PmuEventFilter;
import org.kvm4j.policy.Quirk;
import org.kvm4j.policy.VmOption;
import org.kvm4j.policy.VmPolicy;

/** VmPolicy over the ioctls of a VM. */
final class KvmVmPolicy implements VmPolicy {

  private static final long UNSIGNED_INT_MAX = 0xffff_ffffL;

  /** The longest timer, 128 times 0xffffffff cycles, must not overflow 64 bits. */
  private static final int LONGEST_APIC_BUS_CYCLE_NANOS = 1 << 25;

  private final Fd fd;
  private final Consumer<String> requireNoVcpu;

  /**
   * A policy for one VM.
   *
   * @param requireNoVcpu throws if the VM has a vCPU; gets the call that comes too late
   */
  KvmVmPolicy(Fd fd, Consumer<String> requireNoVcpu) {
    this.fd = fd;
    this.requireNoVcpu = requireNoVcpu;
  }

  @Override
  public Set<VmOption> offeredOptions() {
    Set<VmOption> offered = EnumSet.noneOf(VmOption.class);
    for (VmOption option : VmOption.values()) {
      if (isOffered(option.capability(), option.bit())) {
        offered.add(option);
      }
    }
    return offered;
  }

  @Override
  public void enable(Set<VmOption> options) {
    Map<KvmCapability, Integer> bits = new EnumMap<>(KvmCapability.class);
    for (VmOption option : options) {
      if (option.isBeforeVcpus()) {
        requireNoVcpu.accept("VmOption " + option);
      }
      if (!isOffered(option.capability(), option.bit())) {
        throw new KvmCapabilityException(option.capability(), "VmOption " + option);
      }
      bits.merge(option.capability(), option.bit(), (a, b) -> a | b);
    }
    bits.forEach((capability, mask) -> EnableCap.on(fd, capability, mask));
  }

  @Override
  public Set<Quirk> offeredQuirks() {
    Set<Quirk> offered = EnumSet.noneOf(Quirk.class);
    for (Quirk quirk : Quirk.values()) {
      if (isOffered(KvmCapability.DISABLE_QUIRKS2, quirk.bit())) {
        offered.add(quirk);
      }
    }
    return offered;
  }

  @Override
  public void disableQuirks(Set<Quirk> quirks) {
    int mask = 0;
    for (Quirk quirk : quirks) {
      if (!isOffered(KvmCapability.DISABLE_QUIRKS2, quirk.bit())) {
        throw new KvmCapabilityException(
            KvmCapability.DISABLE_QUIRKS2, "Going without KVM_X86_QUIRK_" + quirk);
      }
      mask |= quirk.bit();
    }
    EnableCap.on(fd, KvmCapability.DISABLE_QUIRKS2, mask);
  }

  @Override
  public void limitVcpuIds(int limit) {
    requireWithin("The limit of vCPU ids", limit, 1, Integer.MAX_VALUE);
    requireNoVcpu.accept("limitVcpuIds()");
    EnableCap.on(fd, KvmCapability.MAX_VCPU_ID, limit);
  }

  @Override
  public void setHaltPollNanos(long nanos) {
    requireWithin("Nanoseconds to poll a halted vCPU", nanos, 0, UNSIGNED_INT_MAX);
    EnableCap.on(fd, KvmCapability.HALT_POLL, nanos);
  }

  @Override
  public void setApicBusCycleNanos(int nanos) {
    requireWithin("Nanoseconds of an APIC bus cycle", nanos, 1, LONGEST_APIC_BUS_CYCLE_NANOS);
    requireNoVcpu.accept("setApicBusCycleNanos()");
    EnableCap.on(fd, KvmCapability.X86_APIC_BUS_CYCLES_NS, nanos);
  }

  @Override
  public void enableNotify(int window, boolean exit) {
    requireWithin("The notify window", window, 0, Integer.MAX_VALUE);
    requireNoVcpu.accept("enableNotify()");
    long flags = KvmEnableCap.KVM_X86_NOTIFY_VMEXIT_ENABLED;
    if (exit) {
      flags |= KvmEnableCap.KVM_X86_NOTIFY_VMEXIT_USER;
    }
    EnableCap.on(fd, KvmCapability.X86_NOTIFY_VMEXIT, (long) window << Integer.SIZE | flags);
  }

  @Override
  public void setPmuEventFilter(PmuEventFilter filter) {
    if (filter.masked()) {
      fd.capabilities()
          .require(KvmCapability.PMU_EVENT_MASKED_EVENTS, "A masked PMU filter on " + fd.name());
    }
    ByteBuffer argument = Native.allocate(KvmPmuEventFilter.sizeBytes(filter.events().size()));
    KvmPmuEventFilter.write(argument, filter);
    fd.ioctl(KVM_SET_PMU_EVENT_FILTER, argument);
  }

  /** Where a capability has options, its value is the mask of those that this KVM has. */
  private boolean isOffered(KvmCapability capability, int bit) {
    int value = fd.capabilities().value(capability);
    return value > 0 && (value & bit) == bit;
  }

  private static void requireWithin(String what, long value, long least, long most) {
    if (value < least || value > most) {
      throw new IllegalArgumentException(
          "%s cannot be %d: use %d to %d".formatted(what, value, least, most));
    }
  }
}
