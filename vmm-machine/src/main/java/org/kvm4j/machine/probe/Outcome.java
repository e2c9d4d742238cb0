package org.kvm4j.machine.probe;

/** How an instruction fared. */
public enum Outcome {
  /** The guest went on behind it, or the exception came that it is to raise. */
  WORKS,
  /** KVM_EXIT_INTERNAL_ERROR, KVM_INTERNAL_ERROR_EMULATION: a software KVM does not know it. */
  NOT_INTERPRETED,
  /** The guest got an exception that real hardware does not raise, or shut down. */
  FAULTS,
  /** The guest did not come back in time. */
  HANGS,
  /** KVM refused to run the guest, or ended it for another reason. */
  REFUSED,
  /** KVM does not offer the CPU feature: no kernel will execute it. */
  NOT_OFFERED,
  /** Left out, because something more basic fails. */
  NOT_TRIED;

  /** Whether a kernel that executes the instruction, as stock kernels do, gets past it. */
  public boolean isGood() {
    return this == WORKS || this == NOT_OFFERED;
  }
}
