package org.kvm4j.state;

import java.util.Set;
import org.kvm4j.Registers;
import org.kvm4j.SpecialRegisters;

/**
 * Registers that travel in the shared run area, without an ioctl of their own.
 *
 * <p>Choose parts once; from then on {@link org.kvm4j.Vcpu#run} leaves them here when it returns,
 * and takes from here what was set. For a guest that exits often and is looked at each time this
 * saves a system call a look; nothing is decoded until it is asked for.
 *
 * <p>What is read here is as of the end of the last run: it does not see what {@link
 * org.kvm4j.Vcpu#setRegisters} and the like wrote since. What is set here is written over them by
 * the next run; if KVM refuses it then, {@code run} throws {@link org.kvm4j.KvmIoctlException} with
 * EINVAL, and it stays set until it is replaced or {@link #choose} drops it.
 *
 * <p>Threading: as {@link org.kvm4j.Vcpu}. KVM API, section 6, KVM_CAP_SYNC_REGS.
 */
public interface SyncRegisters {

  /** The parts that this KVM can let travel; empty if it lacks KVM_CAP_SYNC_REGS. */
  Set<SyncPart> offered();

  /**
   * Lets these parts travel from the next run on, and no others. {@code kvm_valid_regs}.
   *
   * <p>What was set for a part that is no longer chosen is dropped.
   *
   * @param parts any number, also none
   * @throws org.kvm4j.KvmCapabilityException if this KVM lacks KVM_CAP_SYNC_REGS
   * @throws org.kvm4j.KvmException if it has it, but not for one of the parts
   */
  void choose(Set<SyncPart> parts);

  /** The parts that travel. */
  Set<SyncPart> chosen();

  /**
   * General registers at the end of the last run.
   *
   * @throws IllegalStateException if they are not chosen, or the vCPU has not run since
   */
  Registers registers();

  /**
   * Segments, tables and control registers at the end of the last run.
   *
   * @throws IllegalStateException if they are not chosen, or the vCPU has not run since
   */
  SpecialRegisters specialRegisters();

  /**
   * Events at the end of the last run.
   *
   * @throws IllegalStateException if they are not chosen, or the vCPU has not run since
   */
  VcpuEvents events();

  /**
   * Sets general registers at the next run. {@code kvm_dirty_regs}.
   *
   * @throws IllegalStateException if they are not chosen
   */
  void setRegisters(Registers registers);

  /**
   * Sets segments, tables and control registers at the next run. {@code kvm_dirty_regs}.
   *
   * @throws IllegalStateException if they are not chosen
   */
  void setSpecialRegisters(SpecialRegisters registers);

  /**
   * Sets events at the next run. {@code kvm_dirty_regs}.
   *
   * @throws IllegalStateException if they are not chosen
   */
  void setEvents(VcpuEvents events);
}
