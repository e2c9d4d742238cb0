package org.kvm4j.core.kvm;

import static org.kvm4j.core.abi.Ioctl.KVM_CHECK_EXTENSION;
import static org.kvm4j.core.abi.Ioctl.KVM_CREATE_IRQCHIP;
import static org.kvm4j.core.abi.Ioctl.KVM_CREATE_PIT2;
import static org.kvm4j.core.abi.Ioctl.KVM_CREATE_VCPU;
import static org.kvm4j.core.abi.Ioctl.KVM_IRQ_LINE;
import static org.kvm4j.core.abi.Ioctl.KVM_SET_BOOT_CPU_ID;
import static org.kvm4j.core.abi.Ioctl.KVM_SET_IDENTITY_MAP_ADDR;
import static org.kvm4j.core.abi.Ioctl.KVM_SET_TSS_ADDR;

import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.kvm4j.Buses;
import org.kvm4j.GuestMemory;
import org.kvm4j.KvmCapability;
import org.kvm4j.KvmDevice;
import org.kvm4j.KvmDeviceType;
import org.kvm4j.MemorySlot;
import org.kvm4j.Vcpu;
import org.kvm4j.Vm;
import org.kvm4j.clock.VmClocks;
import org.kvm4j.core.abi.FdKind;
import org.kvm4j.core.abi.KvmIrqLevel;
import org.kvm4j.core.abi.KvmPitConfig;
import org.kvm4j.io.Coalescing;
import org.kvm4j.io.IoEventFds;
import org.kvm4j.irq.Interrupts;
import org.kvm4j.irq.KernelPit;
import org.kvm4j.memory.MemorySlots;
import org.kvm4j.memory.MemorySpec;
import org.kvm4j.msr.MsrAccess;
import org.kvm4j.policy.VmPolicy;
import org.kvm4j.stats.Statistics;

/** A VM descriptor. KVM API, section 4, VM ioctls. */
final class KvmVm implements Vm {

  private static final int TSS_BYTES = 3 * AddressSpace.PAGE_BYTES;
  private static final int GSI_COUNT = Gsis.COMMON;

  /** MAX_NR_RESERVED_IOAPIC_PINS of the kernel. */
  private static final int MOST_IOAPIC_PINS = 4096;

  private final Fd fd;
  private final int runAreaBytes;
  private final RamSlots ram = new RamSlots();
  private final List<KvmVcpu> vcpus = new ArrayList<>();
  private final AddressSpace addresses = new AddressSpace(ram);

  /** Every struct kvm_irq_level there can be: a line is driven without a lock or an allocation. */
  private final ByteBuffer irqLevels;

  private final long irqLevelsAddress;
  private boolean closing;
  private final KvmMemorySlots slots;
  private final KvmInterrupts interrupts;
  private final KvmPit kernelPit;
  private final KvmIoEventFds ioEventFds;
  private final KvmCoalescing coalescing;
  private final KvmVmClocks clocks;
  private final KvmMsrAccess msrAccess;
  private final KvmVmPolicy policy;
  private final Children children;

  KvmVm(Fd fd, int runAreaBytes) {
    this.fd = fd;
    this.runAreaBytes = runAreaBytes;
    slots = new KvmMemorySlots(fd, ram, addresses, this);
    interrupts = new KvmInterrupts(fd);
    kernelPit = new KvmPit(fd);
    ioEventFds = new KvmIoEventFds(fd);
    coalescing = new KvmCoalescing(fd);
    clocks = new KvmVmClocks(fd);
    msrAccess = new KvmMsrAccess(fd);
    policy = new KvmVmPolicy(fd, this::requireNoVcpu);
    children = new Children(fd.name());
    irqLevels = Native.allocate(GSI_COUNT * 2 * KvmIrqLevel.SIZEOF);
    irqLevelsAddress = fd.sys().addressOf(irqLevels);
    for (int gsi = 0; gsi < GSI_COUNT; gsi++) {
      for (int level = 0; level < 2; level++) {
        int at = irqLevelOffset(gsi, level);
        irqLevels.putInt(at + KvmIrqLevel.IRQ, gsi).putInt(at + KvmIrqLevel.LEVEL, level);
      }
    }
  }

  @Override
  public int checkExtension(int capability) {
    return fd.ioctl(KVM_CHECK_EXTENSION, capability);
  }

  @Override
  public synchronized void setTssAddress(long address) {
    requireNoVcpu("KVM_SET_TSS_ADDR");
    AddressSpace.Reserved pages = addresses.checkReserved("TSS pages", address, TSS_BYTES);
    fd.ioctl(KVM_SET_TSS_ADDR, address);
    addresses.reserve(pages);
  }

  @Override
  public synchronized void setIdentityMapAddress(long address) {
    requireNoVcpu("KVM_SET_IDENTITY_MAP_ADDR");
    AddressSpace.Reserved page =
        addresses.checkReserved("identity-map page", address, AddressSpace.PAGE_BYTES);
    ByteBuffer argument = Native.allocate(Long.BYTES).putLong(0, address);
    fd.ioctl(KVM_SET_IDENTITY_MAP_ADDR, argument);
    addresses.reserve(page);
  }

  @Override
  public synchronized void createIrqchip() {
    requireNoVcpu("KVM_CREATE_IRQCHIP");
    fd.ioctl(KVM_CREATE_IRQCHIP, 0);
    interrupts.created();
  }

  @Override
  public synchronized void createSplitIrqchip(int ioapicPins) {
    if (ioapicPins < 0 || ioapicPins > MOST_IOAPIC_PINS) {
      throw new IllegalArgumentException(
          ioapicPins + " IOAPIC pins: use 0 to " + MOST_IOAPIC_PINS + ", such as 24");
    }
    requireNoVcpu("KVM_CAP_SPLIT_IRQCHIP");
    enableCapability(KvmCapability.SPLIT_IRQCHIP, ioapicPins);
  }

  @Override
  public synchronized void setBootCpuId(int id) {
    if (id < 0) {
      throw new IllegalArgumentException("boot vCPU " + id + ": use 0 or more");
    }
    requireNoVcpu("KVM_SET_BOOT_CPU_ID");
    fd.ioctl(KVM_SET_BOOT_CPU_ID, id);
  }

  @Override
  public synchronized void createPit2(boolean speakerDummy) {
    if (!interrupts.areInKernel()) {
      throw new IllegalStateException("KVM_CREATE_PIT2 needs createIrqchip() before it");
    }
    ByteBuffer config = Native.allocate(KvmPitConfig.SIZEOF);
    config.putInt(KvmPitConfig.FLAGS, speakerDummy ? KvmPitConfig.KVM_PIT_SPEAKER_DUMMY : 0);
    fd.ioctl(KVM_CREATE_PIT2, config);
    kernelPit.created();
  }

  @Override
  public MemorySlot addMemory(long guestAddress, long sizeBytes) {
    return slots.add(MemorySpec.ram(guestAddress, sizeBytes));
  }

  @Override
  public GuestMemory memory() {
    return ram;
  }

  @Override
  public void setIrqLine(int gsi, boolean high) {
    if (gsi < 0 || gsi >= GSI_COUNT) {
      Gsis.check(fd, gsi);
      fd.ioctl(KVM_IRQ_LINE, Gsis.level(gsi, high));
      return;
    }
    long argument = irqLevelsAddress + irqLevelOffset(gsi, high ? 1 : 0);
    try {
      fd.ioctl(KVM_IRQ_LINE, argument);
    } finally {
      Reference.reachabilityFence(irqLevels); // the kernel has its address
    }
  }

  @Override
  public synchronized Vcpu createVcpu(int id, Buses buses) {
    if (id < 0) {
      throw new IllegalArgumentException("vCPU id " + id + ": use an id from 0 on");
    }
    if (closing) { // nobody would close it before memory goes away
      throw new IllegalStateException(fd.name() + " is closed");
    }
    int number = fd.ioctl(KVM_CREATE_VCPU, id);
    Fd vcpuFd = fd.child(FdKind.VCPU, number, "vCPU " + id);
    try {
      Mapping runArea = Mapping.ofFile(fd.sys(), number, runAreaBytes);
      KvmVcpu vcpu = new KvmVcpu(id, vcpuFd, runArea, runAreaBytes, buses, coalescing);
      vcpu.mapDirtyRing(slots);
      vcpus.add(vcpu);
      return vcpu;
    } catch (RuntimeException e) {
      vcpuFd.close();
      throw e;
    }
  }

  @Override
  public void enableCapability(KvmCapability capability, long... arguments) {
    EnableCap.on(fd, capability, arguments);
    if (capability == KvmCapability.SPLIT_IRQCHIP) {
      interrupts.createdSplit();
    }
  }

  @Override
  public MemorySlots slots() {
    return slots;
  }

  @Override
  public Interrupts interrupts() {
    return interrupts;
  }

  @Override
  public KernelPit kernelPit() {
    return kernelPit;
  }

  @Override
  public IoEventFds ioEventFds() {
    return ioEventFds;
  }

  @Override
  public Coalescing coalescing() {
    return coalescing;
  }

  @Override
  public VmClocks clocks() {
    return clocks;
  }

  @Override
  public MsrAccess msrAccess() {
    return msrAccess;
  }

  @Override
  public VmPolicy policy() {
    return policy;
  }

  @Override
  public KvmDevice createDevice(KvmDeviceType type) {
    return KvmKernelDevice.create(fd, type, children);
  }

  @Override
  public boolean hasDevice(KvmDeviceType type) {
    return KvmKernelDevice.exists(fd, type);
  }

  @Override
  public Statistics statistics() {
    return KvmStatistics.open(fd, children);
  }

  @Override
  public void close() {
    List<KvmVcpu> all;
    synchronized (this) {
      vcpus.forEach(KvmVcpu::checkOutside); // before any is closed: the VM stays as it is
      closing = true;
      all = List.copyOf(vcpus);
    }
    // Not under the lock, as it waits for their threads.
    all.forEach(KvmVcpu::close);
    children.close();
    synchronized (this) {
      fd.close();
      slots.close();
    }
  }

  private static int irqLevelOffset(int gsi, int level) {
    return (gsi * 2 + level) * KvmIrqLevel.SIZEOF;
  }

  synchronized void requireNoVcpu(String call) {
    fd.requireOpen();
    if (!vcpus.isEmpty()) {
      throw new IllegalStateException(call + " must come before the first vCPU");
    }
  }
}
