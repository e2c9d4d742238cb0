package org.kvm4j.machine;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.kvm4j.Vcpu;

/** One look at all vCPUs, each on its own thread. Threading: each vCPU's thread once. */
final class HaltLook {

  private final int vcpus;
  private final Consumer<String> whenAllRest;
  private final AtomicInteger halted = new AtomicInteger();
  private final AtomicInteger notStarted = new AtomicInteger();
  private final AtomicInteger missing;

  /**
   * A look that nobody has answered yet.
   *
   * @param vcpus how many there are
   * @param whenAllRest told by the last of them, in words, if all rest; never if one does not
   */
  HaltLook(int vcpus, Consumer<String> whenAllRest) {
    this.vcpus = vcpus;
    this.whenAllRest = whenAllRest;
    this.missing = new AtomicInteger(vcpus);
  }

  /**
   * A vCPU answers.
   *
   * @throws org.kvm4j.KvmException if the kernel refuses
   */
  void at(Vcpu vcpu) {
    VcpuRest rest = VcpuRest.of(vcpu);
    if (rest == VcpuRest.NONE) {
      return;
    }
    (rest == VcpuRest.HALTED ? halted : notStarted).incrementAndGet();
    if (missing.decrementAndGet() == 0) {
      whenAllRest.accept(text());
    }
  }

  private String text() {
    String text = "hlt with interrupts off";
    if (vcpus > 1) {
      text += " on %d of %d vCPUs".formatted(halted.get(), vcpus);
    }
    return notStarted.get() > 0 ? text + ", the others not started" : text;
  }
}
