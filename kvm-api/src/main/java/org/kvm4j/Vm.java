package org.kvm4j;

import org.kvm4j.clock.VmClocks;
import org.kvm4j.io.Coalescing;
import org.kvm4j.io.IoEventFds;
import org.kvm4j.irq.Interrupts;
import org.kvm4j.irq.KernelPit;
import org.kvm4j.memory.MemorySlots;
import org.kvm4j.msr.MsrAccess;
import org.kvm4j.policy.VmPolicy;
import org.kvm4j.stats.Statistics;

/**
 * One virtual machine: memory slots, interrupt controllers and vCPUs.
 *
 * <p>The order in which KVM wants a PC to be set up: {@link #setTssAddress}, {@link
 * #setIdentityMapAddress}, {@link #createIrqchip}, {@link #createPit2}, memory, vCPUs. A later step
 * first is an {@link IllegalStateException}, where the kernel says EINVAL, EEXIST, EBUSY or
 * nothing.
 *
 * <p>Threading: any thread, except that set-up is not meant to race with itself. Every method
 * throws {@link IllegalStateException} once the VM is closed, and {@link KvmIoctlException} if the
 * kernel refuses. KVM API, section 4, VM ioctls.
 */
public interface Vm extends AutoCloseable {

  /**
   * As {@link Hypervisor#checkExtension}, for this VM. KVM_CHECK_EXTENSION.
   *
   * @param capability a {@code KVM_CAP_*} number
   */
  int checkExtension(int capability);

  /**
   * Whether this VM has a capability: the answer may differ from the host's, because some depend on
   * the VM's type or on what was set up. KVM_CHECK_EXTENSION.
   */
  default boolean supports(KvmCapability capability) {
    return checkExtension(capability.number()) > 0;
  }

  /**
   * Names three pages that KVM on Intel needs for real mode. KVM_SET_TSS_ADDR.
   *
   * @param address page-aligned, below 4 GiB, outside RAM; tell the guest that it is reserved
   * @throws IllegalArgumentException if the pages overlap a memory slot or leave the 4 GiB
   */
  void setTssAddress(long address);

  /**
   * Names the page that KVM on Intel needs for unpaged mode. KVM_SET_IDENTITY_MAP_ADDR.
   *
   * @param address page-aligned, below 4 GiB, outside RAM; tell the guest that it is reserved
   * @throws IllegalArgumentException if the page overlaps a memory slot or leaves the 4 GiB
   */
  void setIdentityMapAddress(long address);

  /** Creates PIC, IOAPIC and, with each vCPU, its local APIC in the kernel. KVM_CREATE_IRQCHIP. */
  void createIrqchip();

  /**
   * Creates with each vCPU its local APIC in the kernel, and leaves PIC, IOAPIC and PIT to the
   * caller. Before the first vCPU, instead of {@link #createIrqchip}. KVM_ENABLE_CAP with
   * KVM_CAP_SPLIT_IRQCHIP.
   *
   * <p>Lines lead nowhere until {@link Interrupts#setRoutes} routes them as messages. Where such a
   * message is level-triggered, and its GSI one of the pins, the guest's end of interrupt is {@link
   * VcpuExit.IoapicEoi}.
   *
   * @param ioapicPins how many GSIs, from 0 on, are pins of the caller's IOAPICs: 24 for a PC's
   * @throws KvmCapabilityException if this KVM lacks it
   */
  void createSplitIrqchip(int ioapicPins);

  /**
   * Picks the vCPU that runs after reset while all others wait for it; 0 if never called. Before
   * the first vCPU. KVM_SET_BOOT_CPU_ID.
   *
   * @param id as given to {@link #createVcpu}
   */
  void setBootCpuId(int id);

  /**
   * Creates an i8254 in the kernel. KVM_CREATE_PIT2.
   *
   * @param speakerDummy whether the kernel also answers port 0x61 (KVM_PIT_SPEAKER_DUMMY)
   */
  void createPit2(boolean speakerDummy);

  /**
   * Adds RAM, zeroed. KVM_SET_USER_MEMORY_REGION over an anonymous mapping.
   *
   * @param guestAddress page-aligned
   * @param sizeBytes a multiple of the page size, more than 0
   * @throws IllegalArgumentException if it is not aligned, wraps around, or overlaps another slot
   *     or the TSS or identity-map pages
   */
  MemorySlot addMemory(long guestAddress, long sizeBytes);

  /** All RAM by guest-physical address. */
  GuestMemory memory();

  /**
   * Drives an input of the in-kernel interrupt controllers. KVM_IRQ_LINE.
   *
   * <p>Makes no garbage for GSI 0 to 23. A GSI that leads nowhere does nothing.
   *
   * @param gsi from 0, less than what KVM_CAP_IRQ_ROUTING gives
   */
  void setIrqLine(int gsi, boolean high);

  /**
   * Creates a vCPU. KVM_CREATE_VCPU.
   *
   * @param id its APIC id, from 0, less than the value of {@link KvmCapability#MAX_VCPU_ID}
   * @param buses where its port and memory accesses go
   * @throws IllegalArgumentException if the id is negative
   * @throws KvmIoctlException if the kernel refuses: EEXIST for an id that is taken, EINVAL for one
   *     that is too large or one vCPU too many, ENOMEM, EMFILE, ENFILE, EIO in another process
   */
  Vcpu createVcpu(int id, Buses buses);

  /**
   * Switches on a capability that is off until asked for. KVM_ENABLE_CAP on the VM.
   *
   * @param arguments as the KVM API documents for the capability, at most four
   * @throws KvmCapabilityException if this KVM lacks it
   */
  void enableCapability(KvmCapability capability, long... arguments);

  /** Memory slots beyond plain RAM: read-only, logged, moved, deleted. */
  MemorySlots slots();

  /** In-kernel interrupt controllers: their state, routing, MSI and irqfd. */
  Interrupts interrupts();

  /** The in-kernel i8254, after {@link #createPit2}. */
  KernelPit kernelPit();

  /** Guest writes that signal an eventfd instead of leaving the kernel. */
  IoEventFds ioEventFds();

  /** Ranges whose writes are collected and served at the next exit. */
  Coalescing coalescing();

  /** The clocks that KVM keeps for the guest. */
  VmClocks clocks();

  /** Which MSR accesses leave the kernel. */
  MsrAccess msrAccess();

  /** How KVM treats the VM: options, quirks and limits. */
  VmPolicy policy();

  /**
   * Creates an in-kernel device, closed with the VM at the latest. KVM_CREATE_DEVICE.
   *
   * @throws KvmIoctlException ENODEV if this KVM has no such device; EEXIST or EBUSY if the VM has
   *     one already and can have no other
   */
  KvmDevice createDevice(KvmDeviceType type);

  /**
   * Whether this KVM has such a device; nothing is created. KVM_CREATE_DEVICE with
   * KVM_CREATE_DEVICE_TEST.
   */
  boolean hasDevice(KvmDeviceType type);

  /** Opens what KVM counts of this VM, closed with it at the latest. KVM_GET_STATS_FD. */
  Statistics statistics();

  /**
   * Closes all vCPUs, then the VM, then memory; idempotent.
   *
   * <p>A thread that is in {@link Vcpu#run} is kicked and waited for, because memory cannot be
   * unmapped under a running guest. Other threads that use {@link #memory} are not waited for: end
   * them first.
   *
   * @throws IllegalStateException on a thread that is in {@code run}; nothing is closed then
   */
  @Override
  void close();
}
