package org.kvm4j.core.kvm;

import static org.kvm4j.core.abi.Ioctl.KVM_REGISTER_COALESCED_MMIO;
import static org.kvm4j.core.abi.Ioctl.KVM_UNREGISTER_COALESCED_MMIO;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.kvm4j.KvmCapability;
import org.kvm4j.KvmException;
import org.kvm4j.bus.PioBus;
import org.kvm4j.core.abi.Ioctl;
import org.kvm4j.core.abi.KvmCoalescedMmioRing;
import org.kvm4j.core.abi.KvmCoalescedMmioZone;
import org.kvm4j.io.Coalescing;

/**
 * Coalescing over the ioctls of a VM.
 *
 * <p>The kernel takes overlapping zones, and then unregisters every zone that has the named range
 * in it: so they are kept apart here.
 */
final class KvmCoalescing implements Coalescing {

  /** Who serves the ring: its monitor is held meanwhile. */
  static final class Drain {
    /** Whether the holder is within a handler; guarded by the monitor. */
    boolean active;
  }

  private record Zone(boolean ports, long address, int size) {
    boolean overlaps(Zone other) {
      return ports == other.ports
          && address < other.address + other.size
          && other.address < address + size;
    }

    @Override
    public String toString() {
      return ports
          ? "ports 0x%x to 0x%x".formatted(address, address + size - 1)
          : "memory 0x%x to 0x%x".formatted(address, address + size - 1);
    }
  }

  private final Fd fd;
  private final Drain drain = new Drain();
  private final List<Zone> zones = new ArrayList<>();

  /** Stays true: writes may be in the ring when their zone is gone. */
  private volatile boolean used;

  KvmCoalescing(Fd fd) {
    this.fd = fd;
  }

  boolean isUsed() {
    return used;
  }

  Drain drain() {
    return drain;
  }

  @Override
  public void coalesceMemory(long address, int sizeBytes) {
    register(memory(address, sizeBytes));
  }

  @Override
  public void coalescePorts(int port, int count) {
    Zone zone = ports(port, count);
    requirePorts(KVM_REGISTER_COALESCED_MMIO);
    register(zone);
  }

  @Override
  public void uncoalesceMemory(long address, int sizeBytes) {
    unregister(memory(address, sizeBytes));
  }

  @Override
  public void uncoalescePorts(int port, int count) {
    unregister(ports(port, count));
  }

  private synchronized void register(Zone zone) {
    for (Zone other : zones) {
      if (zone.overlaps(other)) {
        throw new IllegalArgumentException(
            "%s: their writes overlap %s, which are coalesced already; stop that first"
                .formatted(zone, other));
      }
    }
    ByteBuffer argument = argument(zone);
    checkRing();
    used = true; // before the kernel knows: the guest may be running
    fd.ioctl(KVM_REGISTER_COALESCED_MMIO, argument);
    zones.add(zone);
  }

  private synchronized void unregister(Zone zone) {
    if (!zones.contains(zone)) {
      throw new IllegalArgumentException(
          "%s: not coalesced as one range; name a range as it was given".formatted(zone));
    }
    fd.ioctl(KVM_UNREGISTER_COALESCED_MMIO, argument(zone));
    zones.remove(zone);
  }

  private void requirePorts(Ioctl call) {
    fd.requireOpen();
    fd.capabilities().require(KvmCapability.COALESCED_PIO, call + " for ports on " + fd.name());
  }

  /** The capability's value says where the ring is; in the wrong place, writes would be lost. */
  private void checkRing() {
    fd.requireOpen();
    int page = fd.capabilities().value(KvmCapability.COALESCED_MMIO);
    if (page > 0 && page != KvmCoalescedMmioRing.KVM_COALESCED_MMIO_PAGE_OFFSET) {
      throw new KvmException(
          "KVM_REGISTER_COALESCED_MMIO on %s: the ring is at page %d, not %d. Do without."
              .formatted(fd.name(), page, KvmCoalescedMmioRing.KVM_COALESCED_MMIO_PAGE_OFFSET));
    }
  }

  private static Zone memory(long address, int sizeBytes) {
    if (sizeBytes <= 0 || address < 0 || address + sizeBytes < 0) {
      throw new IllegalArgumentException(
          "memory at 0x%x, %d bytes: the range is empty or wraps around"
              .formatted(address, sizeBytes));
    }
    return new Zone(false, address, sizeBytes);
  }

  private static Zone ports(int port, int count) {
    if (port < 0 || count <= 0 || port > PioBus.PORT_COUNT - count) {
      throw new IllegalArgumentException(
          "%d ports at 0x%x: the range is empty or leaves the 65536 ports".formatted(count, port));
    }
    return new Zone(true, port, count);
  }

  private static ByteBuffer argument(Zone zone) {
    ByteBuffer argument = Native.allocate(KvmCoalescedMmioZone.SIZEOF);
    KvmCoalescedMmioZone.write(argument, zone.address(), zone.size(), zone.ports());
    return argument;
  }
}
