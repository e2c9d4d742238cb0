package org.kvm4j.core;

import java.nio.file.Path;
import org.kvm4j.Hypervisor;
import org.kvm4j.core.kvm.KvmHypervisor;
import org.kvm4j.core.sys.NativeLibc;

/** The way in: opens the host's KVM. Any thread. */
public final class Kvm {

  /** Where Linux has it. */
  public static final Path DEVICE = Path.of("/dev/kvm");

  private Kvm() {}

  /**
   * Opens {@link #DEVICE}.
   *
   * @throws org.kvm4j.KvmUnavailableException if it is absent, not permitted, or not API version 12
   */
  public static Hypervisor open() {
    return open(DEVICE);
  }

  /**
   * Opens another KVM device, for example one handed into a container.
   *
   * @throws org.kvm4j.KvmUnavailableException as for {@link #open()}
   */
  public static Hypervisor open(Path device) {
    return KvmHypervisor.open(NativeLibc.INSTANCE, device.toString());
  }
}
