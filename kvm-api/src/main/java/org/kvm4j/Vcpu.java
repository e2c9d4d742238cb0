package org.kvm4j;

import java.util.List;
import java.util.Optional;
import org.kvm4j.clock.VcpuTsc;
import org.kvm4j.debug.GuestDebug;
import org.kvm4j.event.ExitReply;
import org.kvm4j.event.Injection;
import org.kvm4j.memory.DirtyRing;
import org.kvm4j.state.SyncRegisters;
import org.kvm4j.state.VcpuState;
import org.kvm4j.stats.Statistics;

/**
 * One virtual CPU.
 *
 * <p>Threading: before its first {@link #run}, a vCPU may be set up by any one thread at a time.
 * The thread that calls {@code run} first owns it from then on, and every method but {@link #kick},
 * {@link #lastExits} and {@link #close} throws {@link IllegalStateException} on another thread.
 * Give each vCPU a platform thread of its own, never a virtual one: the kernel keeps the vCPU's
 * state with the thread, and {@code kick} signals it.
 *
 * <p>Every method throws {@link KvmIoctlException} if the kernel refuses. KVM API, section 4, vcpu
 * ioctls, and section 5, the kvm_run structure.
 */
public interface Vcpu extends AutoCloseable {

  /** The APIC id given when it was created. */
  int id();

  /**
   * Runs guest code, answering port and memory accesses from the buses, until something else
   * happens. KVM_RUN.
   *
   * <p>Allocates nothing for an access. When it returns, all accesses are complete: registers can
   * be read. An exit that asks for a {@link #reply} is completed by the next {@code run}.
   *
   * @return why the guest stopped; a kick is {@link VcpuExit.Interrupted}
   */
  VcpuExit run();

  /** What KVM said beside the last exit: interrupt flag, task priority and more. No ioctl. */
  RunState runState();

  /**
   * Asks for {@link VcpuExit.InterruptWindowOpen} as soon as the guest can take an interrupt; stays
   * until it is taken back. Only without an in-kernel local APIC. No ioctl: struct kvm_run.
   */
  void requestInterruptWindow(boolean request);

  /**
   * Makes a running or halted vCPU return from {@link #run} with {@link VcpuExit.Interrupted}; if
   * it is not running, its next {@code run} returns at once. Any thread; does nothing once closed.
   */
  void kick();

  /**
   * What the vCPU did last, for diagnosis: at most 32 exits, the oldest first. Kicks do not count.
   * Any thread, also once closed; the copy is one that was right at some moment.
   */
  List<PastExit> lastExits();

  /** General registers. KVM_GET_REGS. */
  Registers registers();

  /** Sets general registers. KVM_SET_REGS. */
  void setRegisters(Registers registers);

  /** Segments, tables and control registers. KVM_GET_SREGS. */
  SpecialRegisters specialRegisters();

  /** Sets segments, tables and control registers. KVM_SET_SREGS. */
  void setSpecialRegisters(SpecialRegisters registers);

  /** The x87 and SSE state. KVM_GET_FPU. */
  FpuState fpu();

  /** Sets the x87 and SSE state. KVM_SET_FPU. */
  void setFpu(FpuState fpu);

  /**
   * Reads model-specific registers: any number, though KVM takes 255 at a time. KVM_GET_MSRS.
   *
   * @param indices unsigned
   * @throws MsrRefusedException naming the first index that KVM refuses, with the values before it
   */
  List<Msr> msrs(List<Integer> indices);

  /**
   * Writes model-specific registers, any number, in order. KVM_SET_MSRS.
   *
   * @throws MsrRefusedException naming the first index that KVM refuses; those before it are
   *     written
   */
  void setMsrs(List<Msr> msrs);

  /**
   * What CPUID answers: at most 256 entries. KVM_SET_CPUID2.
   *
   * <p>After the first run KVM takes only what the vCPU has already.
   *
   * <p>Set it before special registers: what CPUID does not offer, such as PAE, newer kernels
   * refuse in CR4 and EFER.
   *
   * @see CpuidTable#forVcpu
   */
  void setCpuid(CpuidTable table);

  /** Whether the vCPU runs, halts, or waits to be started. KVM_GET_MP_STATE. */
  MpState mpState();

  /**
   * Sets whether the vCPU runs, halts, or waits to be started. KVM_SET_MP_STATE.
   *
   * @throws KvmIoctlException also with EINVAL for all but {@link MpState#RUNNABLE} if the local
   *     APIC is not in the kernel
   */
  void setMpState(MpState state);

  /**
   * Translates a linear address by the vCPU's current page tables. KVM_TRANSLATE.
   *
   * @return empty if the address is not mapped
   */
  Optional<Translation> translate(long linearAddress);

  /**
   * Switches on a capability that is off until asked for. KVM_ENABLE_CAP on the vCPU.
   *
   * @param arguments as the KVM API documents for the capability, at most four
   * @throws KvmCapabilityException if this KVM lacks it
   */
  void enableCapability(KvmCapability capability, long... arguments);

  /** State beyond the registers: XSAVE, local APIC, events and more. */
  VcpuState state();

  /** Registers that travel with {@link #run}, without an ioctl of their own. */
  SyncRegisters syncRegisters();

  /** Single steps and breakpoints. */
  GuestDebug debug();

  /** NMI, SMI, interrupts and machine checks for the guest. */
  Injection inject();

  /**
   * Values that KVM gives and takes by number, such as the TSC offset. KVM_GET_DEVICE_ATTR on the
   * vCPU.
   */
  DeviceAttributes attributes();

  /** Opens what KVM counts of this vCPU, closed with it at the latest. KVM_GET_STATS_FD. */
  Statistics statistics();

  /** The time-stamp counter. */
  VcpuTsc tsc();

  /** Answers to exits that ask for one, such as a read of an MSR. */
  ExitReply reply();

  /** The pages written, if the VM has dirty rings. */
  DirtyRing dirtyRing();

  /**
   * Maps guest memory before the guest touches it, as a read of its own would.
   * KVM_PRE_FAULT_MEMORY.
   *
   * @param guestAddress page-aligned, within a memory slot (ENOENT otherwise)
   * @param sizeBytes a multiple of the page size, more than 0
   * @return the bytes mapped, from {@code guestAddress} on; fewer if KVM stops early
   * @throws IllegalArgumentException if it is not whole pages, or wraps around
   */
  long preFaultMemory(long guestAddress, long sizeBytes);

  /** Closes the vCPU; if a thread is in {@link #run}, kicks it and waits. Idempotent. */
  @Override
  void close();
}
